//! What could not be delivered: kept until somebody has it tried again, for as long as the vendor keeps violations.

use bartizan_ledger::{Board, Posting, StoreError, Write};
use bartizan_policy::alert::{OUTBOX, Waiting};
use bartizan_wire::{Realm, Timestamp};
use serde::{Deserialize, Serialize};

/// The topic of the board where they are.
pub const DEAD: &str = "notify/dead";

/// Days for which they are kept after what they tell of [IoT Device Defender quotas, violations].
const RETENTION_DAYS: i64 = 30;
/// Dead letters that are kept at most; the oldest go first.
const KEPT_MAX: usize = 100_000;
/// Dead letters that are looked at once.
const PAGE: u16 = 500;

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

/// Forgets those that are too old, and the oldest of too many. Returns how many.
///
/// # Errors
/// The store's.
pub async fn prune(board: &dyn Board, realm: &Realm, now: Timestamp) -> Result<usize, StoreError> {
    prune_to(board, realm, now, KEPT_MAX).await
}

pub(crate) async fn prune_to(
    board: &dyn Board,
    realm: &Realm,
    now: Timestamp,
    kept_max: usize,
) -> Result<usize, StoreError> {
    let oldest = now.plus_days(-RETENTION_DAYS);
    let (mut total, mut old) = (0, 0);
    let mut after: Option<String> = None;
    loop {
        let page = board.list(realm, DEAD, after.as_deref(), PAGE).await?;
        total += page.len();
        old += page.iter().filter(|posting| posting.at < oldest).count();
        match page.last() {
            Some(last) if page.len() == usize::from(PAGE) => after = Some(last.subject.clone()),
            _ => break,
        }
    }
    // They are listed oldest first.
    let surplus = old.max(total.saturating_sub(kept_max));
    let mut left = surplus;
    while left > 0 {
        let limit = u16::try_from(left).unwrap_or(PAGE).min(PAGE);
        let page = board.list(realm, DEAD, None, limit).await?;
        if page.is_empty() {
            break;
        }
        left = left.saturating_sub(page.len());
        board.write(realm, page.into_iter().map(|posting| Write::remove(DEAD, posting.subject)).collect()).await?;
    }
    Ok(surplus)
}

#[cfg(test)]
mod tests {
    use bartizan_ledger::MemoryBoard;
    use bartizan_policy::Alert;

    use super::*;

    #[tokio::test]
    async fn the_old_and_the_surplus_go() {
        let (board, realm) = (MemoryBoard::new(), Realm::new("123456789012", "us-east-1").unwrap());
        let now = Timestamp(1_790_000_000_000);
        for day in 0..40 {
            let alert = Alert {
                id: format!("a.{day}"),
                target: String::new(),
                stream: String::new(),
                at: now.plus_days(-day),
                message: String::new(),
                finding: String::new(),
                heading: None,
            };
            board.write(&realm, bury(Waiting::new(alert, now), 1, "x".to_owned(), now)).await.unwrap();
        }
        assert_eq!(prune_to(&board, &realm, now, 100).await.unwrap(), 9, "older than thirty days");
        assert_eq!(prune_to(&board, &realm, now, 100).await.unwrap(), 0);
        assert_eq!(prune_to(&board, &realm, now, 3).await.unwrap(), 28);
        let left = board.list(&realm, DEAD, None, 100).await.unwrap();
        let left: Vec<Timestamp> = left.iter().map(|posting| posting.at).collect();
        assert_eq!(left, [now.plus_days(-2), now.plus_days(-1), now], "the newest stay");
    }
}
