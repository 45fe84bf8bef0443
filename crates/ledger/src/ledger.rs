//! [`Ledger`]: the only store of documents.

use async_trait::async_trait;

use crate::{Batch, Entry, Key, Page, Revision, Scope, Seq};

/// Versioned, append-only, durable. One global order of commits; reads see every acknowledged commit.
#[async_trait]
pub trait Ledger: Send + Sync + std::fmt::Debug {
    /// The latest entry of a document, retirement included; `None` if there never was one.
    async fn head(&self, key: &Key) -> Result<Option<Entry>, StoreError>;
    /// One revision of a document.
    async fn at(&self, key: &Key, revision: Revision) -> Result<Option<Entry>, StoreError>;
    /// Heads of a kind, or one document's history.
    async fn list(&self, scope: &Scope, page: &Page) -> Result<Vec<Entry>, StoreError>;
    /// Entries after `seq`, oldest first, at most `limit` and at most [`Page::LIMIT_MAX`]: never skips a committed
    /// entry (L4).
    async fn since(&self, seq: Seq, limit: u16) -> Result<Vec<Entry>, StoreError>;
    /// The place of the last committed entry, `Seq(0)` if there is none: where a watcher that wants only news starts.
    async fn tip(&self) -> Result<Seq, StoreError>;
    /// Writes all changes or none. Conditions are tried in order, guards first. Entries come back in the order of the changes, after they are durable.
    async fn commit(&self, batch: &Batch) -> Result<Vec<Entry>, CommitError>;
}

/// The store failed; nothing was changed unless a commit says otherwise.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The disk is full or cannot be written.
    #[error("the store cannot be written: {0}")]
    NotWritable(String),
    /// Stored data does not read back as it was written.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// Anything else, with its context.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// Why a batch was not committed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// A condition did not hold. Nothing was written.
    #[error("`{}` is at {actual:?}", key.name)]
    Conflict {
        /// The first key whose condition did not hold.
        key: Key,
        /// Its live revision; `None` when absent or retired.
        actual: Option<Revision>,
    },
    /// The batch itself is wrong: it is empty, or changes a key twice.
    #[error("the batch is malformed: {0}")]
    Malformed(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
