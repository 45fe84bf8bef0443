//! How tasks are carried out: a few violations at a time, from where the board says that a task is. What was done twice
//! because the program ended in between is done once: a thing that is in a group already stays in it.

use std::sync::atomic::{AtomicBool, Ordering};

use bartizan_ledger::{StoreError, Write};
use bartizan_operation::ServiceError;
use bartizan_policy::{Authorizer, Cx, Permit, Principal};
use bartizan_wire::ResourceName;

use super::execution::{self, Case, Execution};
use super::task::{self, Definition, Status, Task};
use crate::errors::DeviceError;
use crate::profile::SecurityProfile;
use crate::registry;

/// What is asked for when an action is carried out, and was when its task was started.
pub const ACTION: &str = "iot:StartDetectMitigationActionsTask";
/// Violations of one task that are done before others have their turn, and a cancellation is seen.
const DONE_AT_ONCE: u16 = 25;
/// Cases that are removed at once.
const FORGOTTEN_AT_ONCE: u16 = 500;

/// Says whether there may be something to do, so that the board need not be asked all the time.
#[derive(Debug)]
pub struct Bell(AtomicBool);

impl Default for Bell {
    /// Rings: a program that starts does not know what another one left.
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl Bell {
    /// There is something to do.
    pub fn ring(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// True if it rang; it is silent then.
    pub fn answer(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

/// What the actions of a task are asked for.
#[must_use]
pub fn resource(cx: &Cx, target: &task::Target) -> ResourceName {
    match &target.security_profile_name {
        Some(profile) => SecurityProfile::arn(&cx.realm, profile).into(),
        None => ResourceName::any(),
    }
}

/// The groups that an action adds things to.
#[must_use]
pub fn groups(action: &Definition) -> &[String] {
    action.action_params.add_things_to_thing_group_params.as_ref().map_or(&[], |params| &params.thing_group_names)
}

/// Carries on with each task that is in progress, and forgets those that are kept no longer. True if there is more to do.
///
/// # Errors
/// When the store fails; the next call goes on from there.
pub async fn advance(cx: &Cx, authorizer: &dyn Authorizer) -> Result<bool, StoreError> {
    let mut more = false;
    for task in task::all(cx).await? {
        if task.is_outdated(cx.now) {
            let _turn = task::turn(cx).await;
            forget(cx, &task.id).await?;
        } else if task.status == Status::InProgress {
            more |= carry_on(cx, authorizer, &task.id).await?;
        }
    }
    Ok(more)
}

/// Does the next violations of a task. True if there are more.
async fn carry_on(cx: &Cx, authorizer: &dyn Authorizer, id: &str) -> Result<bool, StoreError> {
    let _turn = task::turn(cx).await;
    // It may have been ended while others had the turn.
    let Some(mut task) = task::find(cx, id).await?.filter(|task| task.status == Status::InProgress) else {
        return Ok(false);
    };
    let after = task.done.as_ref().map(|violation| format!("{}{violation}", execution::prefix(id)));
    let cases = execution::list(cx, Some(id), after.as_deref(), DONE_AT_ONCE).await?;
    let more = cases.len() >= usize::from(DONE_AT_ONCE);
    let mut writes = Vec::with_capacity(cases.len().saturating_add(1));
    for mut case in cases {
        case.executions = treat(cx, authorizer, &task, &case).await;
        for execution in &case.executions {
            let counter = match execution.status {
                execution::Status::Successful | execution::Status::InProgress => &mut task.statistics.actions_executed,
                execution::Status::Failed => &mut task.statistics.actions_failed,
                execution::Status::Skipped => &mut task.statistics.actions_skipped,
            };
            *counter = counter.saturating_add(1);
        }
        writes.push(case.write(cx.now)?);
        task.done = Some(case.violation);
    }
    if !more {
        let failed = task.statistics.actions_failed > 0;
        task.end(if failed { Status::Failed } else { Status::Successful }, cx.now);
    }
    writes.push(task.write()?);
    cx.board.write(&cx.realm, writes).await?;
    Ok(more)
}

/// Carries out the actions of a task on one violation, in order. After one that fails the others are skipped.
async fn treat(cx: &Cx, authorizer: &dyn Authorizer, task: &Task, case: &Case) -> Vec<Execution> {
    let mut executions: Vec<Execution> = Vec::with_capacity(task.actions.len());
    for action in &task.actions {
        let skip = executions.last().is_some_and(|last| last.status != execution::Status::Successful);
        let outcome = if skip { None } else { Some(act(cx, authorizer, task, case, action).await) };
        let (status, error, message) = match outcome {
            None => (execution::Status::Skipped, None, None),
            Some(Ok(())) => (execution::Status::Successful, None, None),
            Some(Err(error)) => {
                let told = error.body();
                (execution::Status::Failed, Some(told.code), Some(told.message))
            }
        };
        let action = action.name.clone();
        executions.push(Execution { action, started: cx.now, ended: cx.now, status, error, message });
    }
    executions
}

/// Carries out one action as the principal who started the task, with what that principal may do now.
async fn act(
    cx: &Cx,
    authorizer: &dyn Authorizer,
    task: &Task,
    case: &Case,
    action: &Definition,
) -> Result<(), DeviceError> {
    let principal = Principal { name: task.principal.clone(), realm: cx.realm.clone() };
    let resource = resource(cx, &task.target);
    let permit = Permit::decide(authorizer, &principal, ACTION, resource, registry::MEMBERSHIP_WRITES)
        .map_err(DeviceError::Unauthorized)?;
    let cx = Cx {
        principal,
        reason: Some(format!("mitigation task {} on violation {}", task.id, case.violation)),
        ..cx.clone()
    };
    registry::change_groups(&cx, &permit, &case.thing, groups(action), &[]).await
}

/// Ends a task; what was done stays done. False if there is no such task. One that has ended stays as it is.
///
/// # Errors
/// When the store fails.
pub async fn cancel(cx: &Cx, id: &str) -> Result<bool, StoreError> {
    let _turn = task::turn(cx).await;
    let Some(mut task) = task::find(cx, id).await? else { return Ok(false) };
    if task.status == Status::InProgress {
        task.end(Status::Canceled, cx.now);
        cx.board.write(&cx.realm, vec![task.write()?]).await?;
    }
    Ok(true)
}

/// Forgets a task and its cases. Only for those who have the turn.
pub(super) async fn forget(cx: &Cx, id: &str) -> Result<(), StoreError> {
    loop {
        let cases = execution::list(cx, Some(id), None, FORGOTTEN_AT_ONCE).await?;
        if cases.is_empty() {
            return cx.board.write(&cx.realm, vec![Write::remove(task::TOPIC, id)]).await;
        }
        let writes = cases.iter().map(|case| Write::remove(execution::TOPIC, case.subject())).collect();
        cx.board.write(&cx.realm, writes).await?;
    }
}
