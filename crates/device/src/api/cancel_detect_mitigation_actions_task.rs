//! `CancelDetectMitigationActionsTask` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::errors::DeviceError;
use crate::mitigation::work;
use crate::room::DeviceRoom;

/// Ends a task. What was done stays done; one that has ended stays as it is.
#[derive(Debug)]
pub struct CancelDetectMitigationActionsTask;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CancelDetectMitigationActionsTaskRequest")]
pub struct Input {
    /// As the client calls it.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub task_id: String,
}

impl Operation for CancelDetectMitigationActionsTask {
    const NAME: &'static str = "CancelDetectMitigationActionsTask";
    const ACTION: &'static str = "iot:CancelDetectMitigationActionsTask";
    const BINDING: Binding = iot(Method::Put, "/detect/mitigationactions/tasks/{taskId}/cancel", &[]);
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        if cx.previewing {
            return Err(DeviceError::InvalidRequest(
                "the end of a task changes no document: repeat the request without /preview".to_owned(),
            ));
        }
        if work::cancel(cx, &input.task_id).await? {
            Ok(Nothing {})
        } else {
            Err(DeviceError::not_found("Task", &input.task_id))
        }
    }
}
