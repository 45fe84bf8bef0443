//! [`Board`]: the latest state of a subject, such as a host's inventory. Machine-rate state: overwritten, not versioned.

use async_trait::async_trait;
use bartizan_wire::{Realm, Timestamp};

use crate::StoreError;

/// The latest state of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Such as a managed node's id, or the digest of a package index.
    pub subject: String,
    /// When the subject was observed.
    pub at: Timestamp,
    /// The state in the room's own format.
    pub body: Vec<u8>,
}

/// One subject's next state, on its own or beside others; see [`Board::write`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Such as `host/scan`.
    pub topic: String,
    /// Whose state.
    pub subject: String,
    /// When the subject was observed, and the state in the room's own format; `None` forgets the subject.
    pub state: Option<(Timestamp, Vec<u8>)>,
}

impl Write {
    /// Replaces the state of a subject.
    #[must_use]
    pub fn post(topic: &str, posting: Posting) -> Self {
        Self { topic: topic.to_owned(), subject: posting.subject, state: Some((posting.at, posting.body)) }
    }

    /// Forgets a subject.
    #[must_use]
    pub fn remove(topic: &str, subject: impl Into<String>) -> Self {
        Self { topic: topic.to_owned(), subject: subject.into(), state: None }
    }
}

/// Latest states by realm, topic (such as `host/inventory`) and subject. Durable when a call returns.
#[async_trait]
pub trait Board: Send + Sync + std::fmt::Debug {
    /// Writes all of them in their order, or none: readers see all or nothing, also after a crash.
    async fn write(&self, realm: &Realm, writes: Vec<Write>) -> Result<(), StoreError>;
    /// Replaces the state of a subject.
    async fn post(&self, realm: &Realm, topic: &str, posting: Posting) -> Result<(), StoreError> {
        self.write(realm, vec![Write::post(topic, posting)]).await
    }
    /// The state of a subject.
    async fn find(&self, realm: &Realm, topic: &str, subject: &str) -> Result<Option<Posting>, StoreError>;
    /// States by subject, strictly after `after`, at most `limit`.
    async fn list(
        &self,
        realm: &Realm,
        topic: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Posting>, StoreError>;
    /// Forgets a subject; true if there was something to forget.
    async fn remove(&self, realm: &Realm, topic: &str, subject: &str) -> Result<bool, StoreError>;
}
