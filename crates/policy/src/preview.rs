//! Preview: what a change would do, on what was really observed.
//!
//! A preview runs the operation itself over an [`Overlay`], so that it cannot drift from the update, and then asks the
//! room to compare the world before with the world after. Nothing is written but an audit line, which holds the result.

use async_trait::async_trait;
use bartizan_ledger::{AuditLine, Batch, Entry, Expect, StoreError, overlay::Overlay};
use bartizan_wire::{ResourceName, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Cx;

/// Hexadecimal digits of a preview's id.
const ID_DIGITS: usize = 32;
/// Differences between two documents that a preview lists; more are counted only.
pub const DIFFERENCES_MAX: usize = 500;

/// A room's answer to "what would it do".
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Foresight {
    /// The answer in plain sentences, most important first.
    pub summary: Vec<String>,
    /// What changes, in the room's own form.
    pub findings: Value,
    /// What the answer rests on.
    pub evidence: Evidence,
}

/// What a preview was judged on, and what could not be judged.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Evidence {
    /// Observations that were judged under both.
    pub judged: u64,
    /// Time of the oldest of them, in seconds since the epoch.
    #[serde(with = "bartizan_wire::time::wire_seconds::option")]
    pub oldest: Option<Timestamp>,
    /// Time of the newest of them.
    #[serde(with = "bartizan_wire::time::wire_seconds::option")]
    pub newest: Option<Timestamp>,
    /// What could not be judged: why, and how often.
    pub blind: Vec<Blind>,
}

/// Something that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Blind {
    /// Why.
    pub why: String,
    /// How often.
    pub count: u64,
}

/// Implemented by each room's facts.
#[async_trait]
pub trait Foresee {
    /// Compares the judgments before with those after. `changed` are the entries that would be committed; `after`'s
    /// ledger has them, `before`'s has not.
    async fn foresee(&self, before: &Cx, after: &Cx, changed: &[Entry]) -> Result<Foresight, StoreError>;
}

/// The id of the preview of exactly this batch: the same change on the same base has the same id, so that a later
/// commit can be tied to it without the client's help.
#[must_use]
pub fn id(batch: &Batch) -> String {
    let changes = batch.changes.iter().map(|change| {
        let base = match change.expect {
            Expect::Exactly(revision) => revision.0,
            Expect::Absent | Expect::Any => 0,
        };
        (change.key.kind.as_str(), change.key.name.as_str(), base, change.body.as_deref())
    });
    digest(changes)
}

fn digest<'a>(changes: impl Iterator<Item = (&'a str, &'a str, u64, Option<&'a str>)>) -> String {
    let mut hash = Sha256::new();
    for (kind, name, base, body) in changes {
        for part in [kind, name, &base.to_string(), body.unwrap_or("\u{0}retired")] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("pv-{}", hex.get(..ID_DIGITS).unwrap_or(&hex))
}

/// Foresees and stores: the last step of a previewed operation. Returns the preview's id.
pub async fn record(
    room: &(dyn Foresee + Sync),
    before: &Cx,
    after: &Cx,
    overlay: &Overlay,
    action: &str,
    resource: &ResourceName,
) -> Result<String, StoreError> {
    let changed = overlay.changed();
    let mut changes = Vec::with_capacity(changed.len());
    let mut bases = Vec::with_capacity(changed.len());
    for entry in &changed {
        let base = before.ledger.head(&entry.key).await?;
        let live = base.as_ref().filter(|entry| entry.body.is_some());
        bases.push(live.map_or(0, |entry| entry.revision.0));
        changes.push(json!({
            "Kind": entry.key.kind,
            "Name": entry.key.name,
            "BaseRevision": live.map(|entry| entry.revision.0),
            "NextRevision": entry.revision.0,
            "Differences": differences(live.and_then(|entry| entry.body.as_deref()), entry.body.as_deref()),
        }));
    }
    let id = digest(
        changed
            .iter()
            .zip(&bases)
            .map(|(entry, base)| (entry.key.kind.as_str(), entry.key.name.as_str(), *base, entry.body.as_deref())),
    );
    let foresight = room.foresee(before, after, &changed).await?;
    let detail = json!({
        "PreviewId": id,
        "At": before.now.seconds(),
        "Principal": before.principal.name,
        "Action": action,
        "Resource": resource.to_string(),
        "Changes": changes,
        "Summary": foresight.summary,
        "Findings": foresight.findings,
        "Evidence": foresight.evidence,
    });
    let line = AuditLine {
        id: id.clone(),
        at: before.now,
        principal: before.principal.name.clone(),
        action: action.to_owned(),
        resource: resource.to_string(),
        outcome: "preview".to_owned(),
        detail: detail.to_string(),
    };
    before.audit.record(&before.realm, line).await?;
    Ok(id)
}

/// One place in which two documents differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Difference {
    /// A JSON pointer.
    pub at: String,
    /// The value before; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// The value after; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// Where two stored documents differ, in document order, at most [`DIFFERENCES_MAX`]. Lists are compared item by item.
#[must_use]
pub fn differences(from: Option<&str>, to: Option<&str>) -> Vec<Difference> {
    let read = |text: Option<&str>| text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let mut found = Vec::new();
    compare("", read(from).as_ref(), read(to).as_ref(), &mut found);
    found
}

fn compare(at: &str, from: Option<&Value>, to: Option<&Value>, found: &mut Vec<Difference>) {
    if from == to || found.len() >= DIFFERENCES_MAX {
        return;
    }
    match (from, to) {
        (Some(Value::Object(from)), Some(Value::Object(to))) => {
            for (name, value) in from {
                compare(&pointer(at, name), Some(value), to.get(name), found);
            }
            for (name, value) in to.iter().filter(|(name, _)| !from.contains_key(*name)) {
                compare(&pointer(at, name), None, Some(value), found);
            }
        }
        (Some(Value::Array(from)), Some(Value::Array(to))) => {
            for index in 0..from.len().max(to.len()) {
                compare(&format!("{at}/{index}"), from.get(index), to.get(index), found);
            }
        }
        (from, to) => found.push(Difference { at: at.to_owned(), from: from.cloned(), to: to.cloned() }),
    }
}

fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}
