//! [`MemoryLedger`]: the reference that backends are compared with.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Mutex;

use async_trait::async_trait;

use super::lock;
use crate::{Batch, Change, CommitError, Entry, Key, Ledger, LockToken, Page, Revision, Scope, Seq, StoreError};

/// A ledger that lasts as long as the process.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Every entry; the one with `Seq(n)` is at `n - 1`.
    entries: Vec<Entry>,
    /// The entries of each document, oldest first.
    documents: BTreeMap<Key, Vec<Entry>>,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl State {
    fn head(&self, key: &Key) -> Option<&Entry> {
        self.documents.get(key)?.last()
    }

    fn tip(&self) -> Seq {
        Seq(self.entries.len() as u64)
    }

    fn append(&mut self, change: &Change, token: LockToken) -> Entry {
        let revision = self.head(&change.key).map_or(0, |head| head.revision.0) + 1;
        let entry = Entry {
            key: change.key.clone(),
            revision: Revision(revision),
            seq: Seq(self.tip().0 + 1),
            token,
            format: change.format,
            body: change.body.clone(),
            stamp: change.stamp.clone(),
        };
        self.entries.push(entry.clone());
        self.documents.entry(change.key.clone()).or_default().push(entry.clone());
        entry
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn head(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        Ok(lock(&self.state).head(key).cloned())
    }

    async fn at(&self, key: &Key, revision: Revision) -> Result<Option<Entry>, StoreError> {
        let state = lock(&self.state);
        let history = state.documents.get(key).map_or(&[][..], Vec::as_slice);
        Ok(history.iter().find(|entry| entry.revision == revision).cloned())
    }

    async fn list(&self, scope: &Scope, page: &Page) -> Result<Vec<Entry>, StoreError> {
        let state = lock(&self.state);
        let limit = usize::from(page.capped());
        match scope {
            Scope::Heads { realm, kind, prefix } => {
                let key = |name: &str| Key { realm: realm.clone(), kind: kind.clone(), name: name.to_owned() };
                let start = match &page.after {
                    Some(after) if after >= prefix => Bound::Excluded(key(after)),
                    _ => Bound::Included(key(prefix)),
                };
                let documents = state.documents.range((start, Bound::Unbounded));
                let inside = documents.take_while(|(key, _)| {
                    key.realm == *realm && key.kind == *kind && key.name.starts_with(prefix.as_str())
                });
                let heads = inside.filter_map(|(_, history)| history.last()).filter(|head| head.live().is_some());
                Ok(heads.take(limit).cloned().collect())
            }
            Scope::History(key) => {
                let after = page.after_revision()?;
                let history = state.documents.get(key).into_iter().flatten();
                Ok(history.filter(|entry| entry.revision > after).take(limit).cloned().collect())
            }
        }
    }

    async fn since(&self, seq: Seq, limit: u16) -> Result<Vec<Entry>, StoreError> {
        let state = lock(&self.state);
        let limit = usize::from(limit.min(Page::LIMIT_MAX));
        let passed = usize::try_from(seq.0).unwrap_or(usize::MAX);
        Ok(state.entries.iter().skip(passed).take(limit).cloned().collect())
    }

    async fn tip(&self) -> Result<Seq, StoreError> {
        Ok(lock(&self.state).tip())
    }

    async fn commit(&self, batch: &Batch) -> Result<Vec<Entry>, CommitError> {
        if let Some(wrong) = batch.malformed() {
            return Err(CommitError::Malformed(wrong));
        }
        let tokens = batch.changes.iter().map(|_| LockToken::mint()).collect::<Result<Vec<_>, _>>()?;
        let mut state = lock(&self.state);
        for (key, expect) in batch.conditions() {
            let actual = state.head(key).and_then(Entry::live);
            if !expect.holds(actual) {
                return Err(CommitError::Conflict { key: key.clone(), actual });
            }
        }
        let changes = batch.changes.iter().zip(tokens);
        Ok(changes.map(|(change, token)| state.append(change, token)).collect())
    }
}
