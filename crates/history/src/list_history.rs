//! `GET /v1/history`: the entries of one document, or of the whole realm. An entry is the audit record of its change.

use bartizan_ledger::{Entry, Key, Page, Scope, Seq};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use crate::resource::document;
use crate::{BODY_BYTES_MAX, History, HistoryError};

/// Lists entries.
#[derive(Debug)]
pub struct ListHistory;

/// Which entries. With `Kind` and `Name` those of one document by revision, otherwise those of the realm by `Seq`.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListHistoryRequest")]
pub struct Input {
    /// Such as `host/patch-baseline`.
    #[shape(length = 1..=128)]
    pub kind: Option<String>,
    /// The document's name, such as a baseline's id.
    #[shape(length = 1..=1024)]
    pub name: Option<String>,
    /// Only entries after this revision (of a document) or this `Seq` (of the realm).
    #[shape(range = 0..)]
    pub after: Option<i64>,
    /// At most this many; 100 if absent.
    #[shape(range = 1..=1000)]
    pub limit: Option<i32>,
}

/// Entries, oldest first.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListHistoryResponse")]
pub struct Output {
    /// Oldest first.
    pub entries: Vec<Line>,
    /// Ask again with this as `After` for more; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// One entry without its document.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "HistoryEntry")]
pub struct Line {
    /// Place in the whole ledger.
    pub seq: i64,
    /// The kind of document.
    pub kind: String,
    /// Which document.
    pub name: String,
    /// Which of its revisions.
    pub revision: i64,
    /// When, in seconds since the epoch.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub at: Timestamp,
    /// Who.
    pub principal: String,
    /// With which operation.
    pub action: String,
    /// In which request.
    pub request: String,
    /// Why, if said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The preview of exactly this change, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    /// True if the entry retires the document.
    pub retired: bool,
}

impl Line {
    pub(crate) fn of(entry: Entry) -> Self {
        Self {
            seq: i64::try_from(entry.seq.0).unwrap_or(i64::MAX),
            kind: entry.key.kind,
            name: entry.key.name,
            revision: i64::try_from(entry.revision.0).unwrap_or(i64::MAX),
            at: entry.stamp.at,
            principal: entry.stamp.principal,
            action: entry.stamp.action,
            request: entry.stamp.request,
            reason: entry.stamp.reason,
            preview: entry.stamp.preview,
            retired: entry.body.is_none(),
        }
    }
}

/// Entries returned where the caller does not say.
const LIMIT_DEFAULT: u16 = 100;

impl Operation for ListHistory {
    const NAME: &'static str = "ListHistory";
    const ACTION: &'static str = "bartizan:ListHistory";
    const BINDING: Binding =
        Binding::Native { method: Method::Get, path: "/v1/history", body_bytes_max: BODY_BYTES_MAX, anonymous: false };
    type Input = Input;
    type Output = Output;
    type Error = HistoryError;
    type Room = History;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        document(cx, input.kind.as_deref(), input.name.as_deref())
    }

    async fn call(_room: &History, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HistoryError> {
        let limit = input.limit.and_then(|limit| u16::try_from(limit).ok()).unwrap_or(LIMIT_DEFAULT);
        let after = input.after.and_then(|after| u64::try_from(after).ok()).unwrap_or(0);
        let (entries, next) = match (&input.kind, &input.name) {
            (Some(kind), Some(name)) => {
                let key = Key { realm: cx.realm.clone(), kind: kind.clone(), name: name.clone() };
                let page = Page { after: Some(after.to_string()), limit };
                let entries = cx.ledger.list(&Scope::History(key), &page).await?;
                let next = entries.last().map(|entry| entry.revision.0);
                (entries, next)
            }
            _ => {
                let entries = cx.ledger.since(Seq(after), limit).await?;
                let next = entries.last().map(|entry| entry.seq.0);
                (entries, next)
            }
        };
        let full = entries.len() >= usize::from(limit);
        let wanted = |entry: &Entry| {
            entry.key.realm == cx.realm && input.kind.as_ref().is_none_or(|kind| *kind == entry.key.kind)
        };
        Ok(Output {
            next: next.filter(|_| full).and_then(|next| i64::try_from(next).ok()),
            entries: entries.into_iter().filter(wanted).map(Line::of).collect(),
        })
    }
}
