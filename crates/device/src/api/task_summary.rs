//! A task as it is described and listed.

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use crate::mitigation::task::{Definition, OccurrenceRange, Statistics, Status, Target, Task};

/// A task and how far it is [IoT API reference, `DetectMitigationActionsTaskSummary`].
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DetectMitigationActionsTaskSummary")]
pub struct TaskSummary {
    /// As the client calls it.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub task_id: String,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_status: Option<Status>,
    /// When it was started.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub task_start_time: Timestamp,
    /// When it was done or ended; absent before.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub task_end_time: Option<Timestamp>,
    /// Whose violations.
    #[shape(default)]
    pub target: Target,
    /// When their events occurred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violation_event_occurrence_range: Option<OccurrenceRange>,
    /// Only those that held.
    #[shape(default)]
    pub only_active_violations_included: bool,
    /// Also those of behaviors that tell nobody.
    #[shape(default)]
    pub suppressed_alerts_included: bool,
    /// What is done, as it was when the task was started.
    #[shape(default)]
    pub actions_definition: Vec<Definition>,
    /// What became of it so far.
    #[shape(default)]
    pub task_statistics: Statistics,
}

impl From<Task> for TaskSummary {
    fn from(task: Task) -> Self {
        Self {
            task_id: task.id,
            task_status: Some(task.status),
            task_start_time: task.started,
            task_end_time: task.ended,
            target: task.target,
            violation_event_occurrence_range: task.range,
            only_active_violations_included: task.only_active,
            suppressed_alerts_included: task.suppressed,
            actions_definition: task.actions,
            task_statistics: task.statistics,
        }
    }
}
