//! Tasks: actions carried out on violations, one after the other, and how far they are [IoT API reference,
//! `StartDetectMitigationActionsTask`]. They change at the pace of machines, so that they are on the board.

use bartizan_ledger::{Key, Posting, StoreError, Write};
use bartizan_policy::Cx;
use bartizan_wire::{Shape, Timestamp};
use serde::{Deserialize, Serialize};

use super::MitigationActionParams;

/// Tasks by id.
pub const TOPIC: &str = "device/mitigation-tasks";
/// Tasks that are carried out at once at most [IoT Device Defender quotas].
pub const AT_ONCE_MAX: usize = 5;
/// How long a task is kept after it was started, in days [IoT Device Defender quotas].
pub const RETENTION_DAYS: i64 = 90;
/// Tasks that are read from the board at once.
const BATCH: u16 = 500;

/// Whose violations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DetectMitigationActionsTaskTarget")]
pub struct Target {
    /// These.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=25, each(length = 1..=128, pattern = r"[a-zA-Z0-9\-]+"))]
    pub violation_ids: Option<Vec<String>>,
    /// Those of a security profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: Option<String>,
    /// And only of this behavior of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub behavior_name: Option<String>,
}

/// When their events occurred; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ViolationEventOccurrenceRange")]
pub struct OccurrenceRange {
    /// Not before.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub start_time: Timestamp,
    /// Not after.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub end_time: Timestamp,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[shape(name = "DetectMitigationActionsTaskStatus")]
pub enum Status {
    /// There is more to do.
    InProgress,
    /// Every action succeeded.
    Successful,
    /// At least one action failed; all that could be done is done.
    Failed,
    /// It was ended before all was done.
    Canceled,
}

/// An action as it was when the task was started.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "MitigationAction")]
pub struct Definition {
    /// Its name.
    #[shape(default, length = ..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub name: String,
    /// Its id.
    #[shape(default)]
    pub id: String,
    /// Its role.
    #[shape(default, length = 20..=2048)]
    pub role_arn: String,
    /// What it does.
    #[shape(default)]
    pub action_params: MitigationActionParams,
}

/// What became of the actions, each counted for each violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DetectMitigationActionsTaskStatistics")]
pub struct Statistics {
    /// Succeeded.
    #[shape(default)]
    pub actions_executed: i64,
    /// Not tried: one before it failed, or the task was ended.
    #[shape(default)]
    pub actions_skipped: i64,
    /// Failed.
    #[shape(default)]
    pub actions_failed: i64,
}

/// A task as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// As the client calls it.
    pub id: String,
    /// The request's: the same again is the same task.
    pub token: String,
    /// Who started it. The actions are carried out with what that principal may do then.
    pub principal: String,
    /// How far it is.
    pub status: Status,
    /// When it was started.
    pub started: Timestamp,
    /// When it was done or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Whose violations.
    pub target: Target,
    /// Of which time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<OccurrenceRange>,
    /// Only those that hold.
    pub only_active: bool,
    /// Also those of behaviors that tell nobody.
    pub suppressed: bool,
    /// In the order in which they are carried out.
    pub actions: Vec<Definition>,
    /// What became of them so far.
    pub statistics: Statistics,
    /// How many violations there are.
    pub violations: u64,
    /// The last violation that is done: the next one goes on behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
}

impl Task {
    /// What keeps it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn write(&self) -> Result<Write, StoreError> {
        let body = serde_json::to_vec(self).map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Write::post(TOPIC, Posting { subject: self.id.clone(), at: self.started, body }))
    }

    /// True once it is kept no longer.
    #[must_use]
    pub fn is_outdated(&self, now: Timestamp) -> bool {
        self.started.plus_days(RETENTION_DAYS) < now
    }

    /// Ends it. What was not done is skipped.
    pub fn end(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.ended = Some(now);
        let Statistics { actions_executed, actions_skipped, actions_failed } = self.statistics;
        let actions = u64::try_from(self.actions.len()).unwrap_or(u64::MAX).saturating_mul(self.violations);
        let counted = actions_executed.saturating_add(actions_skipped).saturating_add(actions_failed);
        let left = i64::try_from(actions).unwrap_or(i64::MAX).saturating_sub(counted);
        self.statistics.actions_skipped = actions_skipped.saturating_add(left.max(0));
    }
}

/// Waits for the turn of whoever starts, ends or carries on with tasks of the realm.
pub(crate) async fn turn(cx: &Cx) -> impl Send + use<'_> {
    let key = Key { realm: cx.realm.clone(), kind: TOPIC.to_owned(), name: String::new() };
    cx.turns.take(&key).await
}

/// A task that is still kept.
///
/// # Errors
/// When the store fails.
pub async fn find(cx: &Cx, id: &str) -> Result<Option<Task>, StoreError> {
    let posting = cx.board.find(&cx.realm, TOPIC, id).await?;
    let task = posting.as_ref().map(read).transpose()?;
    Ok(task.filter(|task: &Task| !task.is_outdated(cx.now)))
}

/// All tasks on the board by id, outdated ones among them.
///
/// # Errors
/// When the store fails.
pub async fn all(cx: &Cx) -> Result<Vec<Task>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = cx.board.list(&cx.realm, TOPIC, after.as_deref(), BATCH).await?;
        let full = page.len() >= usize::from(BATCH);
        after = page.last().map(|posting| posting.subject.clone());
        for posting in &page {
            found.push(read(posting)?);
        }
        if !full {
            return Ok(found);
        }
    }
}

fn read(posting: &Posting) -> Result<Task, StoreError> {
    serde_json::from_slice(&posting.body)
        .map_err(|error| StoreError::Damaged(format!("mitigation task `{}`: {error}", posting.subject)))
}
