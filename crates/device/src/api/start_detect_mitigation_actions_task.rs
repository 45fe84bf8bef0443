//! `StartDetectMitigationActionsTask` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::mitigation::start::{self, Order};
use crate::mitigation::task::{OccurrenceRange, Target};
use crate::mitigation::work;
use crate::registry;
use crate::room::DeviceRoom;

/// Starts a task that carries out actions on violations. Its preview says what the actions would change.
#[derive(Debug)]
pub struct StartDetectMitigationActionsTask;

/// What to do, about which violations.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "StartDetectMitigationActionsTaskRequest")]
pub struct Input {
    /// As the client calls it.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub task_id: String,
    /// Whose violations.
    pub target: Target,
    /// What to do, in this order.
    #[shape(length = 1..=5, each(length = ..=128, pattern = r"[a-zA-Z0-9_-]+"))]
    pub actions: Vec<String>,
    /// When their events occurred; with a profile as the target, the last 30 days if absent.
    pub violation_event_occurrence_range: Option<OccurrenceRange>,
    /// Only those that hold.
    pub include_only_active_violations: Option<bool>,
    /// Also those of behaviors that tell nobody. If absent, only those that are named by their id.
    pub include_suppressed_alerts: Option<bool>,
    /// Clients make it up, and send it again with the same request.
    #[shape(length = 1..=64, pattern = r"^[a-zA-Z0-9-_]+$")]
    pub client_request_token: String,
}

/// What it is called.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "StartDetectMitigationActionsTaskResponse")]
pub struct Output {
    /// As given.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub task_id: String,
}

impl Operation for StartDetectMitigationActionsTask {
    const NAME: &'static str = "StartDetectMitigationActionsTask";
    const ACTION: &'static str = work::ACTION;
    const BINDING: Binding = iot(Method::Put, "/detect/mitigationactions/tasks/{taskId}", &[]);
    const WRITES: &'static [&'static str] = registry::MEMBERSHIP_WRITES;
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        work::resource(cx, &input.target)
    }

    async fn call(room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let input = input.into_inner();
        let task_id = input.task_id;
        let order = Order {
            id: task_id.clone(),
            token: input.client_request_token,
            target: input.target,
            range: input.violation_event_occurrence_range,
            only_active: input.include_only_active_violations,
            suppressed: input.include_suppressed_alerts,
            actions: input.actions,
        };
        if cx.previewing {
            start::preview(cx, &permit, &order).await?;
        } else {
            start::start(cx, order).await?;
            room.bell().ring();
        }
        Ok(Output { task_id })
    }
}
