//! `ListDetectMitigationActionsExecutions` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::{PAGE_ITEMS, iot};
use crate::errors::DeviceError;
use crate::mitigation::execution::{self, Case, Execution, Status};
use crate::mitigation::task::RETENTION_DAYS;
use crate::room::DeviceRoom;

/// Lists what became of the actions of tasks: by task, violation and the order of the actions.
#[derive(Debug)]
pub struct ListDetectMitigationActionsExecutions;

/// Which ones: all filters must hold.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListDetectMitigationActionsExecutionsRequest")]
pub struct Input {
    /// Of this task.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub task_id: Option<String>,
    /// About this violation.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9\-]+")]
    pub violation_id: Option<String>,
    /// On this thing.
    #[shape(length = 1..=128)]
    pub thing_name: Option<String>,
    /// Not begun before.
    pub start_time: Option<Timestamp>,
    /// Not begun after.
    pub end_time: Option<Timestamp>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListDetectMitigationActionsExecutionsResponse")]
pub struct Output {
    /// By task, violation and the order of the actions. A page may have fewer than asked for, and still another behind it.
    #[shape(default)]
    pub actions_executions: Vec<DetectMitigationActionExecution>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// One action carried out on one violation.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DetectMitigationActionExecution {
    /// Of which task.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub task_id: String,
    /// About which violation.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9\-]+")]
    pub violation_id: String,
    /// Which action.
    #[shape(default, length = ..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub action_name: String,
    /// On which thing.
    #[shape(default, length = 1..=128)]
    pub thing_name: String,
    /// When it began.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub execution_start_date: Timestamp,
    /// When it ended.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub execution_end_date: Timestamp,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The vendor's code of what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=2048)]
    pub message: Option<String>,
}

/// Violations that are read from the board at once.
const BATCH: u16 = 500;
/// How often one call does that: filters that few pass take more calls rather than one long one.
const BATCHES_MAX: usize = 20;
/// Between a case and the number of an action in a token. No name has it.
const SEPARATOR: char = '#';

impl Input {
    fn passes(&self, case: &Case, execution: &Execution, now: Timestamp) -> bool {
        self.violation_id.as_ref().is_none_or(|id| *id == case.violation)
            && self.thing_name.as_ref().is_none_or(|name| *name == case.thing)
            && self.start_time.is_none_or(|start| start <= execution.started)
            && self.end_time.is_none_or(|end| execution.started <= end)
            && execution.started.plus_days(RETENTION_DAYS) >= now
    }
}

impl Operation for ListDetectMitigationActionsExecutions {
    const NAME: &'static str = "ListDetectMitigationActionsExecutions";
    const ACTION: &'static str = "iot:ListDetectMitigationActionsExecutions";
    const BINDING: Binding = iot(
        Method::Get,
        "/detect/mitigationactions/executions",
        &["taskId", "violationId", "thingName", "startTime", "endTime", "maxResults", "nextToken"],
    );
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        if input.start_time.zip(input.end_time).is_some_and(|(start, end)| start > end) {
            return Err(DeviceError::InvalidRequest("startTime should not be after endTime".to_owned()));
        }
        let filters = (&input.task_id, &input.violation_id, &input.thing_name, input.start_time, input.end_time);
        let pager = Pager::new(Self::NAME, &cx.realm, &filters);
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let mut output = Output { actions_executions: Vec::new(), next_token: None };
        // The last case that was looked at, and how many of its actions were told.
        let token = pager.open(input.next_token.as_deref())?;
        let told = token.as_deref().and_then(|token| token.rsplit_once(SEPARATOR));
        let told = told.and_then(|(subject, told)| Some((subject.to_owned(), told.parse::<usize>().ok()?)));
        let mut after = None;
        if let Some((subject, told)) = told {
            if let Some(case) = execution::find(cx, &subject).await?
                && let Some(told) = tell(&mut output, &input, &case, told, limit, cx.now)
            {
                output.next_token = Some(pager.seal(&format!("{subject}{SEPARATOR}{told}")));
                return Ok(output);
            }
            after = Some(subject);
        }
        for _ in 0..BATCHES_MAX {
            let cases = execution::list(cx, input.task_id.as_deref(), after.as_deref(), BATCH).await?;
            let more = cases.len() >= usize::from(BATCH);
            for case in cases {
                if output.actions_executions.len() >= limit {
                    output.next_token = after.map(|subject| pager.seal(&format!("{subject}{SEPARATOR}{}", usize::MAX)));
                    return Ok(output);
                }
                let left = tell(&mut output, &input, &case, 0, limit, cx.now);
                if let Some(told) = left {
                    output.next_token = Some(pager.seal(&format!("{}{SEPARATOR}{told}", case.subject())));
                    return Ok(output);
                }
                after = Some(case.subject());
            }
            if !more {
                return Ok(output);
            }
        }
        output.next_token = after.map(|subject| pager.seal(&format!("{subject}{SEPARATOR}{}", usize::MAX)));
        Ok(output)
    }
}

/// Tells the actions of a case behind the first `skip`, as far as there is room. If there is not, how many are told.
fn tell(output: &mut Output, input: &Input, case: &Case, skip: usize, limit: usize, now: Timestamp) -> Option<usize> {
    for (number, execution) in case.executions.iter().enumerate().skip(skip) {
        if !input.passes(case, execution, now) {
            continue;
        }
        if output.actions_executions.len() >= limit {
            return Some(number);
        }
        output.actions_executions.push(DetectMitigationActionExecution {
            task_id: case.task.clone(),
            violation_id: case.violation.clone(),
            action_name: execution.action.clone(),
            thing_name: case.thing.clone(),
            execution_start_date: execution.started,
            execution_end_date: execution.ended,
            status: Some(execution.status),
            error_code: execution.error.clone(),
            message: execution.message.clone(),
        });
    }
    None
}
