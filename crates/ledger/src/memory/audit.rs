//! [`MemoryAudit`].

use std::sync::Mutex;

use async_trait::async_trait;
use bartizan_wire::Realm;

use super::lock;
use crate::{Audit, AuditLine, AuditQuery, Page, StoreError};

/// An audit trail that lasts as long as the process and forgets nothing before.
#[derive(Debug, Default)]
pub struct MemoryAudit {
    /// Oldest first.
    lines: Mutex<Vec<(Realm, AuditLine)>>,
}

impl MemoryAudit {
    /// An empty trail.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Audit for MemoryAudit {
    async fn record(&self, realm: &Realm, line: AuditLine) -> Result<(), StoreError> {
        let mut lines = lock(&self.lines);
        lines.retain(|(place, old)| place != realm || old.id != line.id);
        lines.push((realm.clone(), line));
        Ok(())
    }

    async fn find(&self, realm: &Realm, id: &str) -> Result<Option<AuditLine>, StoreError> {
        let lines = lock(&self.lines);
        let found = lines.iter().find(|(place, line)| place == realm && line.id == id);
        Ok(found.map(|(_, line)| line.clone()))
    }

    async fn list(&self, realm: &Realm, query: &AuditQuery) -> Result<Vec<AuditLine>, StoreError> {
        let lines = lock(&self.lines);
        let end = match &query.before {
            Some(id) => lines.iter().position(|(place, line)| place == realm && line.id == *id).unwrap_or(0),
            None => lines.len(),
        };
        let older = lines.iter().take(end).rev().filter(|(place, _)| place == realm).map(|(_, line)| line);
        let wanted = older.filter(|line| {
            query.outcome.as_ref().is_none_or(|outcome| *outcome == line.outcome)
                && query.resource.as_ref().is_none_or(|resource| *resource == line.resource)
        });
        Ok(wanted.take(usize::from(query.limit.min(Page::LIMIT_MAX))).cloned().collect())
    }
}
