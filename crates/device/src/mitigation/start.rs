//! How a task begins: everything that can be refused is refused before anything is done.

use std::collections::BTreeSet;

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::Timestamp;

use super::execution::Case;
use super::suspects::{self, Filter, Suspect};
use super::task::{self, AT_ONCE_MAX, Definition, OccurrenceRange, Statistics, Status, Target, Task};
use super::{MitigationActionType, MitigationActions, work};
use crate::errors::DeviceError;
use crate::registry;

/// Cases that are written at once.
const WRITTEN_AT_ONCE: usize = 1_000;
/// Violations that a preview looks at.
const PREVIEWED_MAX: usize = 1_000;
/// Violations of a profile are those of so many days, where the request names no range (decision 30).
const RANGE_DAYS: i64 = 30;

/// What a client asks for.
#[derive(Debug, Clone)]
pub struct Order {
    /// As the client calls the task.
    pub id: String,
    /// The same again is the same task.
    pub token: String,
    /// Whose violations.
    pub target: Target,
    /// Of which time.
    pub range: Option<OccurrenceRange>,
    /// Only those that hold; no, if absent.
    pub only_active: Option<bool>,
    /// Also those of behaviors that tell nobody. Absent: only those that are named by their id.
    pub suppressed: Option<bool>,
    /// The actions' names, in order.
    pub actions: Vec<String>,
}

impl Order {
    fn review(&self) -> Result<(), DeviceError> {
        let invalid = |text: &str| Err(DeviceError::InvalidRequest(text.to_owned()));
        let Target { violation_ids, security_profile_name, behavior_name } = &self.target;
        if violation_ids.is_some() == security_profile_name.is_some() {
            return invalid("target should have exactly one of violationIds and securityProfileName");
        }
        if behavior_name.is_some() && security_profile_name.is_none() {
            return invalid("target.behaviorName needs target.securityProfileName: say whose behavior it is");
        }
        if self.range.is_some_and(|range| range.start_time > range.end_time) {
            return invalid("violationEventOccurrenceRange should start before it ends");
        }
        let names: BTreeSet<&String> = self.actions.iter().collect();
        if names.len() < self.actions.len() {
            return invalid("actions should name each action once");
        }
        Ok(())
    }

    fn filter(&self, now: Timestamp) -> Filter {
        let of_profile = self.target.security_profile_name.is_some();
        let recent = OccurrenceRange { start_time: now.plus_days(-RANGE_DAYS), end_time: now };
        Filter {
            range: self.range.or_else(|| of_profile.then_some(recent)),
            only_active: self.only_active == Some(true),
            suppressed: self.suppressed.unwrap_or(!of_profile),
        }
    }
}

/// Starts a task; [`work::advance`] carries it out. The same request again changes nothing.
///
/// # Errors
/// When the order is wrong, names what is not there or what cannot be done about violations; when another task has the id;
/// when [`AT_ONCE_MAX`] tasks are in progress; when the store fails.
pub async fn start(cx: &Cx, order: Order) -> Result<(), DeviceError> {
    order.review()?;
    let _turn = task::turn(cx).await;
    let tasks = task::all(cx).await?;
    if let Some(known) = tasks.iter().find(|task| task.id == order.id) {
        if !known.is_outdated(cx.now) {
            return if known.token == order.token {
                Ok(())
            } else {
                Err(DeviceError::TaskAlreadyExists(format!("there is another task {}: choose another id", order.id)))
            };
        }
        work::forget(cx, &order.id).await?;
    }
    if tasks.iter().filter(|task| task.status == Status::InProgress).count() >= AT_ONCE_MAX {
        return Err(DeviceError::LimitExceeded(format!(
            "{AT_ONCE_MAX} tasks are in progress, which is the limit: wait for one of them, or cancel it"
        )));
    }
    let actions = definitions(cx, &order.actions).await?;
    let filter = order.filter(cx.now);
    let found = suspects::find(cx, &order.target, &filter).await?;
    let mut task = Task {
        id: order.id,
        token: order.token,
        principal: cx.principal.name.clone(),
        status: Status::InProgress,
        started: cx.now,
        ended: None,
        target: order.target,
        range: filter.range,
        only_active: filter.only_active,
        suppressed: filter.suppressed,
        actions,
        statistics: Statistics::default(),
        violations: u64::try_from(found.len()).unwrap_or(u64::MAX),
        done: None,
    };
    if found.is_empty() {
        task.end(Status::Successful, cx.now);
    }
    Ok(write(cx, &task, &found).await?)
}

/// Does to the documents what a task would do, at once: for a preview, whose ledger keeps it to itself. What would fail is
/// left out.
///
/// # Errors
/// As [`start`], and for more violations than a preview can show.
pub async fn preview(cx: &Cx, permit: &Permit, order: &Order) -> Result<(), DeviceError> {
    order.review()?;
    let actions = definitions(cx, &order.actions).await?;
    let found = suspects::find(cx, &order.target, &order.filter(cx.now)).await?;
    if found.len() > PREVIEWED_MAX {
        return Err(DeviceError::InvalidRequest(format!(
            "{} violations are more than the {PREVIEWED_MAX} that a preview shows: name a shorter range, or a behavior",
            found.len()
        )));
    }
    for suspect in &found {
        for action in &actions {
            let groups = work::groups(action);
            if registry::change_groups(cx, permit, &suspect.thing, groups, &[]).await.is_err() {
                break;
            }
        }
    }
    Ok(())
}

/// The actions as they are now.
async fn definitions(cx: &Cx, names: &[String]) -> Result<Vec<Definition>, DeviceError> {
    let mut actions = Vec::with_capacity(names.len());
    for name in names {
        let held = lifecycle::find::<MitigationActions>(cx, name).await?.ok_or_else(|| {
            DeviceError::InvalidRequest(format!("the mitigation action {name} does not exist: create it first"))
        })?;
        let action = held.document.into_inner();
        if action.action_params.action_type() != Some(MitigationActionType::AddThingsToThingGroup) {
            return Err(DeviceError::InvalidRequest(format!(
                "the mitigation action {name} is for findings of audits: choose one that adds things to a thing group"
            )));
        }
        actions.push(Definition {
            name: action.action_name,
            id: action.action_id,
            role_arn: action.role_arn,
            action_params: action.action_params,
        });
    }
    Ok(actions)
}

/// The cases first: they mean nothing until the task is there.
async fn write(cx: &Cx, task: &Task, found: &[Suspect]) -> Result<(), StoreError> {
    for some in found.chunks(WRITTEN_AT_ONCE) {
        let mut writes = Vec::with_capacity(some.len());
        for suspect in some {
            let case = Case {
                task: task.id.clone(),
                violation: suspect.violation.clone(),
                thing: suspect.thing.clone(),
                executions: Vec::new(),
            };
            writes.push(case.write(cx.now)?);
        }
        cx.board.write(&cx.realm, writes).await?;
    }
    cx.board.write(&cx.realm, vec![task.write()?]).await
}
