//! `ListDetectMitigationActionsTasks` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::task_summary::TaskSummary;
use super::{PAGE_ITEMS, iot};
use crate::errors::DeviceError;
use crate::mitigation::task;
use crate::room::DeviceRoom;

/// Lists tasks, those started last first.
#[derive(Debug)]
pub struct ListDetectMitigationActionsTasks;

/// Which ones.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListDetectMitigationActionsTasksRequest")]
pub struct Input {
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
    /// Not started before.
    pub start_time: Timestamp,
    /// Not started after.
    pub end_time: Timestamp,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListDetectMitigationActionsTasksResponse")]
pub struct Output {
    /// Those started last first.
    #[shape(default)]
    pub tasks: Vec<TaskSummary>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListDetectMitigationActionsTasks {
    const NAME: &'static str = "ListDetectMitigationActionsTasks";
    const ACTION: &'static str = "iot:ListDetectMitigationActionsTasks";
    const BINDING: Binding =
        iot(Method::Get, "/detect/mitigationactions/tasks", &["maxResults", "nextToken", "startTime", "endTime"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        if input.start_time > input.end_time {
            return Err(DeviceError::InvalidRequest("startTime should not be after endTime".to_owned()));
        }
        let pager = Pager::new(Self::NAME, &cx.realm, &(input.start_time, input.end_time));
        let asked = |started: Timestamp| input.start_time <= started && started <= input.end_time;
        let tasks = task::all(cx).await?.into_iter().filter(|task| asked(task.started) && !task.is_outdated(cx.now));
        let keyed = tasks.map(|task| (format!("{:020}/{}", i64::MAX.saturating_sub(task.started.0), task.id), task));
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let (tasks, next_token) = pager.page(keyed.collect(), input.next_token.as_deref(), limit)?;
        Ok(Output { tasks: tasks.into_iter().map(TaskSummary::from).collect(), next_token })
    }
}
