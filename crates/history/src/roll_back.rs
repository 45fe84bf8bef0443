//! `POST /v1/rollback`: an earlier revision becomes the next one. History is added to, never rewritten.

use bartizan_ledger::{Entry, Key, Revision};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::Tries;
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::diff_revisions::revision_of;
use crate::list_history::Line;
use crate::resource::document;
use crate::{BODY_BYTES_MAX, History, HistoryError, Restorable};

/// Restores an earlier revision.
#[derive(Debug)]
pub struct RollBack;

/// Which document, and to which of its revisions.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RollBackRequest")]
pub struct Input {
    /// Such as `host/patch-baseline`.
    #[shape(length = 1..=128)]
    pub kind: String,
    /// The document's name.
    #[shape(length = 1..=1024)]
    pub name: String,
    /// The revision whose document is restored.
    #[shape(range = 1..)]
    pub revision: i64,
}

/// The entry that restores it.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RollBackResponse")]
pub struct Output {
    /// The new entry.
    pub entry: Line,
}

impl Operation for RollBack {
    const NAME: &'static str = "RollBack";
    const ACTION: &'static str = "bartizan:RollBack";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/rollback",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    const WRITES: &'static [&'static str] = &[Permit::ANY_KIND];
    type Input = Input;
    type Output = Output;
    type Error = HistoryError;
    type Room = History;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        document(cx, Some(&input.kind), Some(&input.name))
    }

    async fn call(room: &History, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HistoryError> {
        let Some(kind) = room.restorable.iter().find(|kind| kind.name() == input.kind) else {
            return Err(HistoryError::NotSupported(format!(
                "documents of kind `{}` cannot be rolled back",
                input.kind
            )));
        };
        let key = Key { realm: cx.realm.clone(), kind: input.kind.clone(), name: input.name.clone() };
        let earlier = revision_of(cx, &key, input.revision).await?;
        let mut tries = Tries::new(cx, &key, cx.expect).await;
        let entry = loop {
            match restore(kind, cx, &permit, &key, earlier.clone()).await {
                Err(error) if tries.again(&error) => {}
                outcome => break outcome?,
            }
        };
        Ok(Output { entry: Line::of(entry) })
    }
}

async fn restore(
    kind: &Restorable,
    cx: &Cx,
    permit: &Permit,
    key: &Key,
    earlier: Entry,
) -> Result<Entry, HistoryError> {
    let head = cx.ledger.head(key).await?.map(|entry| entry.revision);
    refuse_other(key, cx.expect, head)?;
    let retired = earlier.revision.0;
    let mut draft = Draft::new(cx, permit);
    if !kind.restore(&mut draft, earlier).await? {
        let text = format!("revision {retired} of `{}` retired it: choose an earlier one", key.name);
        return Err(HistoryError::NotSupported(text));
    }
    let entry = draft.commit().await?.into_iter().next();
    entry.ok_or_else(|| HistoryError::Internal("a commit returned no entry".to_owned()))
}

fn refuse_other(key: &Key, expect: Option<Revision>, actual: Option<Revision>) -> Result<(), HistoryError> {
    match expect {
        Some(expected) if Some(expected) != actual => {
            Err(bartizan_policy::LifecycleError::Conflict { key: key.clone(), actual }.into())
        }
        _ => Ok(()),
    }
}
