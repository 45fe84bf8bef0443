//! Latest states of a topic as a room keeps them: packed values by subject.

use bartizan_ledger::{Posting, StoreError};
use bartizan_wire::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Cx;
use crate::packing::{pack, unpack};

/// Keeps a subject's state, packed.
///
/// # Errors
/// When the store fails.
pub async fn keep(
    cx: &Cx,
    topic: &str,
    subject: &str,
    at: Timestamp,
    value: &(impl Serialize + Sync),
) -> Result<(), StoreError> {
    let posting = Posting { subject: subject.to_owned(), at, body: pack(value)? };
    cx.board.post(&cx.realm, topic, posting).await
}

/// A subject's state, as [`keep`] kept it.
///
/// # Errors
/// When the store fails, or holds something else.
pub async fn kept<T: DeserializeOwned>(cx: &Cx, topic: &str, subject: &str) -> Result<Option<T>, StoreError> {
    let posting = cx.board.find(&cx.realm, topic, subject).await?;
    posting.map(|posting| unpack(&posting.body)).transpose()
}

/// Visits all postings of a topic by subject, so many read from the board at once.
///
/// # Errors
/// When the store fails, or whatever `visit` says.
pub async fn each(
    cx: &Cx,
    topic: &str,
    at_once: u16,
    mut visit: impl FnMut(Posting) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let page = cx.board.list(&cx.realm, topic, after.as_deref(), at_once).await?;
        let full = page.len() >= usize::from(at_once);
        after = page.last().map(|posting| posting.subject.clone());
        page.into_iter().try_for_each(&mut visit)?;
        if !full {
            return Ok(());
        }
    }
}
