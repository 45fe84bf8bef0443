//! `GET /v1/previews`: stored previews, newest first.

use bartizan_ledger::AuditQuery;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use crate::resource::named;
use crate::{BODY_BYTES_MAX, History, HistoryError};

/// Lists stored previews.
#[derive(Debug)]
pub struct ListPreviews;

/// Which previews.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListPreviewsRequest")]
pub struct Input {
    /// Only previews about this resource.
    #[shape(length = 1..=2048)]
    pub resource: Option<String>,
    /// Only previews older than this one.
    #[shape(length = 1..=128)]
    pub before: Option<String>,
    /// At most this many; 50 if absent.
    #[shape(range = 1..=500)]
    pub limit: Option<i32>,
}

/// Previews, newest first.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListPreviewsResponse")]
pub struct Output {
    /// Newest first.
    pub previews: Vec<Line>,
}

/// A preview without its result.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PreviewLine")]
pub struct Line {
    /// For `GetPreview`.
    pub preview_id: String,
    /// When it was asked for last, in seconds since the epoch.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub at: Timestamp,
    /// By whom.
    pub principal: String,
    /// Of which operation.
    pub action: String,
    /// About which resource.
    pub resource: String,
}

/// Previews returned where the caller does not say.
const LIMIT_DEFAULT: u16 = 50;

impl Operation for ListPreviews {
    const NAME: &'static str = "ListPreviews";
    const ACTION: &'static str = "bartizan:ListPreviews";
    const BINDING: Binding =
        Binding::Native { method: Method::Get, path: "/v1/previews", body_bytes_max: BODY_BYTES_MAX, anonymous: false };
    type Input = Input;
    type Output = Output;
    type Error = HistoryError;
    type Room = History;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        named(cx, "preview/*")
    }

    async fn call(_room: &History, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HistoryError> {
        let query = AuditQuery {
            outcome: Some("preview".to_owned()),
            resource: input.resource.clone(),
            before: input.before.clone(),
            limit: input.limit.and_then(|limit| u16::try_from(limit).ok()).unwrap_or(LIMIT_DEFAULT),
        };
        let lines = cx.audit.list(&cx.realm, &query).await?;
        let previews = lines
            .into_iter()
            .map(|line| Line {
                preview_id: line.id,
                at: line.at,
                principal: line.principal,
                action: line.action,
                resource: line.resource,
            })
            .collect();
        Ok(Output { previews })
    }
}
