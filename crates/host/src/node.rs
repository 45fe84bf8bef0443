//! What is known of a managed node between its inventories: small, and listed often.

use bartizan_ledger::{Posting, StoreError};
use bartizan_policy::{Cx, postings};
use bartizan_wire::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::observe::Facts;

/// Latest states of nodes.
pub const TOPIC: &str = "host/node";
/// A node that was heard of within this time is online: three reports of an agent that reports every five minutes.
pub const ONLINE_WITHIN_MS: i64 = 15 * 60 * 1000;
/// A node that was not heard of for this long is inactive; in between its connection is lost. The vendor's is 30 days.
pub const INACTIVE_AFTER_MS: i64 = 30 * Timestamp::DAY_MS;
/// Postings that are read from the board at once.
pub(crate) const BOARD_PAGE: u16 = 500;

/// What a node last said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The managed node.
    pub instance: String,
    /// What the host is.
    pub facts: Facts,
    /// When it was last heard of.
    pub heard_at: Timestamp,
    /// When its latest inventory was captured; `None` until the first.
    pub captured_at: Option<Timestamp>,
    /// When the newest of its package indices was fetched.
    pub refreshed_at: Option<Timestamp>,
    /// The digests of its package indices.
    pub indices: Vec<String>,
    /// Of its latest inventory, see [`inventory::digest`](crate::inventory::digest).
    pub inventory_digest: String,
}

/// The nodes of the realm that were heard of, by id.
///
/// # Errors
/// When the store fails.
pub async fn all(cx: &Cx) -> Result<Vec<Node>, StoreError> {
    list(cx, TOPIC).await
}

/// What a node last said of itself.
///
/// # Errors
/// When the store fails.
pub async fn find(cx: &Cx, instance: &str) -> Result<Option<Node>, StoreError> {
    match cx.board.find(&cx.realm, TOPIC, instance).await? {
        Some(posting) => read(&posting).map(Some),
        None => Ok(None),
    }
}

/// Keeps what a node said of itself.
///
/// # Errors
/// When the store fails.
pub async fn post(cx: &Cx, node: &Node) -> Result<(), StoreError> {
    cx.board.post(&cx.realm, TOPIC, posting(&node.instance, node.heard_at, node)?).await
}

/// All postings of a topic that are kept as JSON, by subject.
pub(crate) async fn list<T: DeserializeOwned + Send>(cx: &Cx, topic: &str) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    postings::each(cx, topic, BOARD_PAGE, |posting| {
        found.push(read(&posting)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

/// Reads a posting that is kept as JSON.
pub(crate) fn read<T: DeserializeOwned>(posting: &Posting) -> Result<T, StoreError> {
    serde_json::from_slice(&posting.body)
        .map_err(|error| StoreError::Damaged(format!("what is kept of `{}` cannot be read: {error}", posting.subject)))
}

/// A state as a posting, kept as JSON.
pub(crate) fn posting(subject: &str, at: Timestamp, value: &impl Serialize) -> Result<Posting, StoreError> {
    let body = serde_json::to_vec(value).map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(Posting { subject: subject.to_owned(), at, body })
}
