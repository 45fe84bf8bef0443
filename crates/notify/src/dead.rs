//! What could not be delivered: kept until somebody has it tried again, or the oldest when there are too many.

use bartizan_ledger::{Board, Posting, StoreError, Write};
use bartizan_policy::alert::{OUTBOX, Waiting};
use bartizan_wire::{Realm, Timestamp};
use serde::{Deserialize, Serialize};

/// The topic of the board where they are.
pub const DEAD: &str = "notify/dead";

/// An alert that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeadLetter {
    /// As it stood in the outbox; its `error` says why it is here.
    #[serde(flatten)]
    pub waiting: Waiting,
    /// Since when it is here.
    pub died: Timestamp,
}

/// What moves an alert from the outbox to the dead letters, all or nothing.
pub(crate) fn bury(mut waiting: Waiting, attempts: u32, error: String, now: Timestamp) -> Vec<Write> {
    let subject = waiting.subject();
    (waiting.attempts, waiting.error) = (attempts, Some(error));
    let at = waiting.alert.at;
    let letter = DeadLetter { waiting, died: now };
    // A struct of texts and numbers has no way to fail.
    let body = serde_json::to_vec(&letter).unwrap_or_default();
    vec![Write::post(DEAD, Posting { subject: subject.clone(), at, body }), Write::remove(OUTBOX, subject)]
}

/// Moves a dead letter back into the outbox, as if it had been put there `now`. False if there is none.
///
/// # Errors
/// The store's.
pub async fn revive(board: &dyn Board, realm: &Realm, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let Some(posting) = board.find(realm, DEAD, id).await? else { return Ok(false) };
    let letter: DeadLetter = match serde_json::from_slice(&posting.body) {
        Ok(letter) => letter,
        Err(error) => return Err(StoreError::Damaged(format!("dead letter `{id}`: {error}"))),
    };
    let again = Waiting::new(letter.waiting.alert, now);
    board.write(realm, vec![again.write(OUTBOX), Write::remove(DEAD, id)]).await?;
    Ok(true)
}
