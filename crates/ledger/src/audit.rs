//! [`Audit`]: what was asked for and did not become an entry: denials, previews, sensitive reads.
//! A commit needs no line here, because its entry is the record.

use async_trait::async_trait;
use bartizan_wire::{Realm, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Unique; a preview's line carries the preview's id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub principal: String,
    /// Such as `ssm:UpdatePatchBaseline`.
    pub action: String,
    /// What it was about.
    pub resource: String,
    /// `preview` or `denied`.
    pub outcome: String,
    /// The preview's result, or why it was denied: JSON.
    pub detail: String,
}

/// Which lines to list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Only this outcome.
    pub outcome: Option<String>,
    /// Only this resource.
    pub resource: Option<String>,
    /// Only lines older than this one's id.
    pub before: Option<String>,
    /// At most this many.
    pub limit: u16,
}

/// Append-only; the same id twice keeps the later line (the same preview asked for again).
#[async_trait]
pub trait Audit: Send + Sync + std::fmt::Debug {
    /// Appends a line; durable when it returns.
    async fn record(&self, realm: &Realm, line: AuditLine) -> Result<(), StoreError>;
    /// A line by its id.
    async fn find(&self, realm: &Realm, id: &str) -> Result<Option<AuditLine>, StoreError>;
    /// Lines, newest first.
    async fn list(&self, realm: &Realm, query: &AuditQuery) -> Result<Vec<AuditLine>, StoreError>;
}
