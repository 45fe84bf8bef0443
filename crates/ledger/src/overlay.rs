//! [`Overlay`]: a ledger over another one that keeps its commits to itself. A preview runs the very code of an update
//! on it, so that the two cannot drift.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::memory::lock;
use crate::{Batch, Change, CommitError, Entry, Key, Ledger, LockToken, Page, Revision, Scope, Seq, StoreError};

/// The base as it is now, and on top of it what was committed here. Nothing is ever written to the base.
///
/// A document that was changed here stays as it was changed, whatever becomes of it in the base. A document that was
/// not is the base's current one. Entries made here follow those that the base had when the first of them was made;
/// what the base commits later does not appear in [`Ledger::since`].
#[derive(Debug)]
pub struct Overlay {
    base: Arc<dyn Ledger>,
    own: Mutex<Own>,
}

#[derive(Debug, Default)]
struct Own {
    /// The base's tip when the first commit was made here.
    floor: Option<Seq>,
    /// In commit order, the first one at `floor + 1`.
    entries: Vec<Entry>,
    /// The entries of each document changed here, oldest first, never empty.
    documents: BTreeMap<Key, Vec<Entry>>,
}

impl Overlay {
    /// An overlay that shows its base.
    #[must_use]
    pub fn new(base: Arc<dyn Ledger>) -> Self {
        Self { base, own: Mutex::default() }
    }

    /// Everything that was committed here, in commit order.
    #[must_use]
    pub fn changed(&self) -> Vec<Entry> {
        lock(&self.own).entries.clone()
    }

    fn own_head(&self, key: &Key) -> Option<Entry> {
        lock(&self.own).head(key).cloned()
    }

    /// What the documents of a batch are in the base, as far as they were not changed here.
    async fn base_heads(&self, batch: &Batch) -> Result<BTreeMap<Key, Entry>, StoreError> {
        let mut heads = BTreeMap::new();
        for (key, _) in batch.conditions() {
            if self.own_head(key).is_some() || heads.contains_key(key) {
                continue;
            }
            if let Some(head) = self.base.head(key).await? {
                heads.insert(key.clone(), head);
            }
        }
        Ok(heads)
    }

    async fn heads(&self, scope: &Scope, page: &Page) -> Result<Vec<Entry>, StoreError> {
        let limit = usize::from(page.capped());
        let mut found = BTreeMap::new();
        let mut after = page.after.clone();
        // Documents retired here leave holes in a page of the base, so one page may not be enough.
        while found.len() < limit {
            let step = Page { after: after.clone(), limit: page.capped() };
            let below = self.base.list(scope, &step).await?;
            let end = if below.len() < limit { None } else { below.last().map(|entry| entry.key.name.clone()) };
            let own = lock(&self.own);
            let kept = below.into_iter().filter(|entry| own.head(&entry.key).is_none());
            found.extend(kept.map(|entry| (entry.key.name.clone(), entry)));
            let ours = own.live_within(scope, after.as_deref(), end.as_deref());
            found.extend(ours.map(|entry| (entry.key.name.clone(), entry.clone())));
            if end.is_none() {
                break;
            }
            after = end;
        }
        Ok(found.into_values().take(limit).collect())
    }

    async fn history(&self, key: &Key, page: &Page) -> Result<Vec<Entry>, StoreError> {
        let after = page.after_revision()?;
        let own = lock(&self.own).documents.get(key).cloned().unwrap_or_default();
        let mut entries = self.base.list(&Scope::History(key.clone()), page).await?;
        if let Some(first) = own.first() {
            entries.retain(|entry| entry.revision < first.revision);
        }
        entries.extend(own.into_iter().filter(|entry| entry.revision > after));
        entries.truncate(usize::from(page.capped()));
        Ok(entries)
    }
}

impl Own {
    fn head(&self, key: &Key) -> Option<&Entry> {
        self.documents.get(key)?.last()
    }

    /// Live heads of the scope with names after `after`, up to and including `end`.
    fn live_within<'a>(
        &'a self,
        scope: &'a Scope,
        after: Option<&'a str>,
        end: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Entry> {
        let heads = self.documents.values().filter_map(|history| history.last());
        heads.filter(move |head| {
            let name = head.key.name.as_str();
            let inside = match scope {
                Scope::Heads { realm, kind, prefix } => {
                    head.key.realm == *realm && head.key.kind == *kind && name.starts_with(prefix.as_str())
                }
                Scope::History(_) => false,
            };
            inside
                && head.live().is_some()
                && after.is_none_or(|after| name > after)
                && end.is_none_or(|end| name <= end)
        })
    }

    fn append(&mut self, change: &Change, before: Revision, floor: Seq, token: LockToken) -> Entry {
        let entry = Entry {
            key: change.key.clone(),
            revision: Revision(before.0 + 1),
            seq: Seq(floor.0 + self.entries.len() as u64 + 1),
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
impl Ledger for Overlay {
    async fn head(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        match self.own_head(key) {
            Some(head) => Ok(Some(head)),
            None => self.base.head(key).await,
        }
    }

    async fn at(&self, key: &Key, revision: Revision) -> Result<Option<Entry>, StoreError> {
        let own = lock(&self.own).documents.get(key).cloned().unwrap_or_default();
        match own.first() {
            Some(first) if revision >= first.revision => Ok(own.into_iter().find(|entry| entry.revision == revision)),
            _ => self.base.at(key, revision).await,
        }
    }

    async fn list(&self, scope: &Scope, page: &Page) -> Result<Vec<Entry>, StoreError> {
        match scope {
            Scope::Heads { .. } => self.heads(scope, page).await,
            Scope::History(key) => self.history(key, page).await,
        }
    }

    async fn since(&self, seq: Seq, limit: u16) -> Result<Vec<Entry>, StoreError> {
        // Ours first: the base, read later, then has everything up to the floor, and no entry can be missed between.
        let (floor, ours) = {
            let own = lock(&self.own);
            let ours: Vec<Entry> = own.entries.iter().filter(|entry| entry.seq > seq).cloned().collect();
            (own.floor, ours)
        };
        let mut entries = self.base.since(seq, limit).await?;
        if let Some(floor) = floor {
            entries.retain(|entry| entry.seq <= floor);
            entries.extend(ours);
            entries.truncate(usize::from(limit.min(Page::LIMIT_MAX)));
        }
        Ok(entries)
    }

    async fn tip(&self) -> Result<Seq, StoreError> {
        let own = lock(&self.own).entries.last().map(|entry| entry.seq);
        match own {
            Some(seq) => Ok(seq),
            None => self.base.tip().await,
        }
    }

    async fn commit(&self, batch: &Batch) -> Result<Vec<Entry>, CommitError> {
        if let Some(wrong) = batch.malformed() {
            return Err(CommitError::Malformed(wrong));
        }
        let tokens = batch.changes.iter().map(|_| LockToken::mint()).collect::<Result<Vec<_>, _>>()?;
        let base = self.base_heads(batch).await?;
        let tip = self.base.tip().await?;

        // From here to the end nothing awaits. A document that another commit changed here meanwhile is found in
        // `own` first, and none ever leaves it, so what was read from the base is used only where it still counts.
        let mut own = lock(&self.own);
        let current = |own: &Own, key: &Key| own.head(key).or_else(|| base.get(key)).cloned();
        for (key, expect) in batch.conditions() {
            let actual = current(&own, key).and_then(|head| head.live());
            if !expect.holds(actual) {
                return Err(CommitError::Conflict { key: key.clone(), actual });
            }
        }
        let floor = *own.floor.get_or_insert(tip);
        let mut entries = Vec::with_capacity(batch.changes.len());
        for (change, token) in batch.changes.iter().zip(tokens) {
            let before = current(&own, &change.key).map_or(Revision(0), |head| head.revision);
            entries.push(own.append(change, before, floor, token));
        }
        Ok(entries)
    }
}
