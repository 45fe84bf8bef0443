//! `POST /v1/notify/dead/{Id}/retry`: an alert that was given up is tried again from the start.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{Alerts, dead_letter};
use crate::AlertsError;
use crate::dead::revive;

/// Has a dead letter tried again.
#[derive(Debug)]
pub struct RetryDeadLetter;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RetryDeadLetterRequest")]
pub struct Input {
    /// As `ListDeadLetters` answers it.
    #[shape(length = 1..=1024)]
    pub id: String,
}

/// It waits for its delivery.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "RetryDeadLetterResponse")]
pub struct Output {}

/// Bytes of the largest request: an empty object.
const BODY_BYTES_MAX: usize = 1_024;

impl Operation for RetryDeadLetter {
    const NAME: &'static str = "RetryDeadLetter";
    const ACTION: &'static str = "bartizan:RetryDeadLetter";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/notify/dead/{Id}/retry",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = AlertsError;
    type Room = Alerts;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        dead_letter(cx, &input.id)
    }

    async fn call(_room: &Alerts, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, AlertsError> {
        if cx.previewing {
            return Err(AlertsError::NotSupported);
        }
        if !revive(cx.board.as_ref(), &cx.realm, &input.id, cx.now).await? {
            return Err(AlertsError::NotFound(input.id.clone()));
        }
        Ok(Output {})
    }
}
