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

/// Latest states by realm, topic (such as `host/inventory`) and subject. Durable when a call returns.
#[async_trait]
pub trait Board: Send + Sync + std::fmt::Debug {
    /// Replaces the state of a subject.
    async fn post(&self, realm: &Realm, topic: &str, posting: Posting) -> Result<(), StoreError>;
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
