//! `GET /v1/diff`: how two revisions of one document differ.

use bartizan_ledger::{Entry, Key, Revision};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, preview};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;

use crate::list_history::Line;
use crate::resource::document;
use crate::{BODY_BYTES_MAX, History, HistoryError};

/// Compares two revisions.
#[derive(Debug)]
pub struct DiffRevisions;

/// Which revisions. Without `To` the latest; without `From` the one before `To`.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DiffRevisionsRequest")]
pub struct Input {
    /// Such as `host/patch-baseline`.
    #[shape(length = 1..=128)]
    pub kind: String,
    /// The document's name.
    #[shape(length = 1..=1024)]
    pub name: String,
    /// The earlier revision.
    #[shape(range = 0..)]
    pub from: Option<i64>,
    /// The later revision.
    #[shape(range = 1..)]
    pub to: Option<i64>,
}

/// The two entries and where their documents differ.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DiffRevisionsResponse")]
pub struct Output {
    /// The earlier entry; absent if `To` is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Line>,
    /// The later entry.
    pub to: Line,
    /// `{At, From, To}` for each place in which they differ, `At` being a JSON pointer.
    pub differences: Json,
}

impl Operation for DiffRevisions {
    const NAME: &'static str = "DiffRevisions";
    const ACTION: &'static str = "bartizan:DiffRevisions";
    const BINDING: Binding =
        Binding::Native { method: Method::Get, path: "/v1/diff", body_bytes_max: BODY_BYTES_MAX, anonymous: false };
    type Input = Input;
    type Output = Output;
    type Error = HistoryError;
    type Room = History;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        document(cx, Some(&input.kind), Some(&input.name))
    }

    async fn call(_room: &History, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HistoryError> {
        let key = Key { realm: cx.realm.clone(), kind: input.kind.clone(), name: input.name.clone() };
        let to = match input.to {
            Some(revision) => revision_of(cx, &key, revision).await?,
            None => cx.ledger.head(&key).await?.ok_or_else(|| absent(&input.name))?,
        };
        let earlier = match input.from {
            Some(revision) => revision,
            None => i64::try_from(to.revision.0.saturating_sub(1)).unwrap_or(0),
        };
        let from = if earlier == 0 { None } else { Some(revision_of(cx, &key, earlier).await?) };
        let body = |entry: Option<&Entry>| entry.and_then(|entry| entry.body.clone());
        let differences = preview::differences(body(from.as_ref()).as_deref(), body(Some(&to)).as_deref());
        let differences =
            serde_json::to_value(differences).map_err(|error| HistoryError::Internal(error.to_string()))?;
        Ok(Output { from: from.map(Line::of), to: Line::of(to), differences: Json::from(&differences) })
    }
}

fn absent(name: &str) -> HistoryError {
    HistoryError::NotFound(format!("`{name}` does not exist: list the documents of its kind to see their names"))
}

pub(crate) async fn revision_of(cx: &Cx, key: &Key, revision: i64) -> Result<Entry, HistoryError> {
    let wanted = Revision(u64::try_from(revision).unwrap_or(0));
    let entry = cx.ledger.at(key, wanted).await?;
    entry.ok_or_else(|| {
        HistoryError::NotFound(format!("`{}` has no revision {revision}: see its history for those it has", key.name))
    })
}
