//! `DescribeDetectMitigationActionsTask` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use super::task_summary::TaskSummary;
use crate::errors::DeviceError;
use crate::mitigation::task;
use crate::room::DeviceRoom;

/// Tells how far a task is.
#[derive(Debug)]
pub struct DescribeDetectMitigationActionsTask;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeDetectMitigationActionsTaskRequest")]
pub struct Input {
    /// As the client calls it.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub task_id: String,
}

/// The task.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeDetectMitigationActionsTaskResponse")]
pub struct Output {
    /// The whole of it.
    pub task_summary: Option<TaskSummary>,
}

impl Operation for DescribeDetectMitigationActionsTask {
    const NAME: &'static str = "DescribeDetectMitigationActionsTask";
    const ACTION: &'static str = "iot:DescribeDetectMitigationActionsTask";
    const BINDING: Binding = iot(Method::Get, "/detect/mitigationactions/tasks/{taskId}", &[]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        match task::find(cx, &input.task_id).await? {
            Some(task) => Ok(Output { task_summary: Some(task.into()) }),
            None => Err(DeviceError::not_found("Task", &input.task_id)),
        }
    }
}
