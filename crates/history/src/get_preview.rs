//! `GET /v1/previews/{PreviewId}`: a stored preview.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;

use crate::resource::named;
use crate::{BODY_BYTES_MAX, History, HistoryError};

/// Reads a stored preview.
#[derive(Debug)]
pub struct GetPreview;

/// Which preview.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetPreviewRequest")]
pub struct Input {
    /// As in the answer's header `x-bartizan-preview`.
    #[shape(length = 1..=128)]
    pub preview_id: String,
}

/// The preview.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetPreviewResponse")]
pub struct Output {
    /// Changes, summary, findings and evidence.
    pub preview: Json,
}

/// JSON that this program wrote nests no deeper.
const OWN_DEPTH_MAX: usize = 128;

impl Operation for GetPreview {
    const NAME: &'static str = "GetPreview";
    const ACTION: &'static str = "bartizan:GetPreview";
    const BINDING: Binding = Binding::Native {
        method: Method::Get,
        path: "/v1/previews/{PreviewId}",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = HistoryError;
    type Room = History;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        named(cx, &format!("preview/{}", input.preview_id))
    }

    async fn call(_room: &History, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HistoryError> {
        Ok(Output { preview: stored(cx, &input.preview_id).await? })
    }
}

/// The stored preview of an id.
pub(crate) async fn stored(cx: &Cx, id: &str) -> Result<Json, HistoryError> {
    let line = cx.audit.find(&cx.realm, id).await?.filter(|line| line.outcome == "preview");
    let Some(line) = line else {
        return Err(HistoryError::NotFound(format!(
            "preview `{id}` does not exist, or is older than previews are kept"
        )));
    };
    Json::parse(line.detail.as_bytes(), OWN_DEPTH_MAX).map_err(|error| HistoryError::Internal(error.to_string()))
}
