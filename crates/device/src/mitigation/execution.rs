//! What became of a task's actions on each violation, on the board: one posting for a violation, in the order in which
//! they are carried out.

use bartizan_ledger::{Posting, StoreError, Write};
use bartizan_policy::Cx;
use bartizan_wire::{Shape, Timestamp};
use serde::{Deserialize, Serialize};

/// Violations by task and id: `<task>/<violation>`.
pub const TOPIC: &str = "device/mitigation-executions";

/// What became of one action [IoT API reference, `DetectMitigationActionExecution`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[shape(name = "DetectMitigationActionExecutionStatus")]
pub enum Status {
    /// It is being carried out.
    InProgress,
    /// It is done.
    Successful,
    /// It could not be done.
    Failed,
    /// It was not tried, because one before it failed.
    Skipped,
}

/// A violation with what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Of which task.
    pub task: String,
    /// Which violation.
    pub violation: String,
    /// Of which thing.
    pub thing: String,
    /// In the order of the task's actions; empty until they are carried out.
    pub executions: Vec<Execution>,
}

/// One action carried out on one violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The action's name.
    pub action: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What became of it.
    pub status: Status,
    /// The vendor's code of what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Case {
    /// Its place in the order of all.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("{}{}", prefix(&self.task), self.violation)
    }

    /// What keeps it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn write(&self, at: Timestamp) -> Result<Write, StoreError> {
        let body = serde_json::to_vec(self).map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Write::post(TOPIC, Posting { subject: self.subject(), at, body }))
    }
}

/// What the subjects of a task's cases begin with. No name has a slash, so that no other task's begin so.
#[must_use]
pub fn prefix(task: &str) -> String {
    format!("{task}/")
}

/// A case by its subject.
///
/// # Errors
/// When the store fails.
pub async fn find(cx: &Cx, subject: &str) -> Result<Option<Case>, StoreError> {
    cx.board.find(&cx.realm, TOPIC, subject).await?.as_ref().map(read).transpose()
}

/// Cases strictly after a subject, at most `limit`: of one task, or of all.
///
/// # Errors
/// When the store fails.
pub async fn list(cx: &Cx, task: Option<&str>, after: Option<&str>, limit: u16) -> Result<Vec<Case>, StoreError> {
    let prefix = task.map(prefix).unwrap_or_default();
    let after = after.map_or_else(|| Some(prefix.as_str()).filter(|prefix| !prefix.is_empty()), Some);
    let postings = cx.board.list(&cx.realm, TOPIC, after, limit).await?;
    let inside = postings.iter().take_while(|posting| posting.subject.starts_with(&prefix));
    inside.map(read).collect()
}

fn read(posting: &Posting) -> Result<Case, StoreError> {
    serde_json::from_slice(&posting.body)
        .map_err(|error| StoreError::Damaged(format!("mitigation of `{}`: {error}", posting.subject)))
}
