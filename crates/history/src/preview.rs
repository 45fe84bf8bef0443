//! `POST /v1/preview`: what an operation would do, by its name and input.

use std::sync::Arc;

use bartizan_operation::{Binding, Method, Operation, Refusal};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;

use crate::get_preview::stored;
use crate::resource::named;
use crate::{BODY_BYTES_MAX, History, HistoryError};

/// Previews an operation.
#[derive(Debug)]
pub struct Preview;

/// Which operation, with which input.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PreviewRequest")]
pub struct Input {
    /// Such as `ssm:UpdatePatchBaseline`.
    #[shape(length = 3..=128)]
    pub action: String,
    /// Exactly what the operation takes.
    pub input: Json,
}

/// The stored preview, and what the operation would have answered.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PreviewResponse")]
pub struct Output {
    /// As `GetPreview` returns it.
    pub preview: Json,
    /// The operation's own answer.
    pub answer: Json,
}

/// JSON that this program wrote nests no deeper.
const OWN_DEPTH_MAX: usize = 128;

impl Operation for Preview {
    const NAME: &'static str = "Preview";
    const ACTION: &'static str = "bartizan:Preview";
    const BINDING: Binding =
        Binding::Native { method: Method::Post, path: "/v1/preview", body_bytes_max: BODY_BYTES_MAX, anonymous: false };
    type Input = Input;
    type Output = Output;
    type Error = HistoryError;
    type Room = History;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        named(cx, &format!("operation/{}", input.action))
    }

    async fn call(room: &History, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HistoryError> {
        let operation = room.table().and_then(|table| table.by_action(&input.action));
        let Some(operation) = operation.filter(|operation| operation.writes) else {
            let text =
                format!("`{}` is not an operation that changes a policy: there is nothing to preview", input.action);
            return Err(HistoryError::NotSupported(text));
        };
        let mut cx = cx.clone();
        cx.previewing = true;
        // The previewed operation asks for its own permit: previewing is no way around authorization.
        let answer = operation.invoke(cx.clone(), input.input.clone(), Arc::clone(&room.authorizer)).await;
        let answer = answer.map_err(refused)?;
        let Some(id) = answer.preview else {
            return Err(HistoryError::Internal("a preview was not stored".to_owned()));
        };
        let own = |text: &str| {
            Json::parse(text.as_bytes(), OWN_DEPTH_MAX).map_err(|error| HistoryError::Internal(error.to_string()))
        };
        Ok(Output { preview: stored(&cx, &id).await?, answer: own(&answer.body)? })
    }
}

fn refused(refusal: Refusal) -> HistoryError {
    let client = |code: &str, status: u16, message: String| bartizan_operation::ErrorBody {
        code: code.to_owned(),
        message,
        message_member: "message",
        status,
        fault: bartizan_operation::Fault::Client,
        members: serde_json::Map::new(),
    };
    match refusal {
        Refusal::Service(body) => HistoryError::Refused(body),
        Refusal::Serialization(text) => HistoryError::Refused(client("SerializationException", 400, text)),
        Refusal::Denied(text) => HistoryError::Refused(client("AccessDeniedException", 403, text)),
        Refusal::Internal => HistoryError::Internal("the previewed operation failed".to_owned()),
    }
}
