//! Tables of verdicts, kept between reports: hosts that hold the same indices and follow the same baseline share one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_wire::Timestamp;

use crate::baseline::stored::Found;
use crate::engine::{Day, Group, Plan, Table};

/// Tables that are kept, of some 400 KB each; with one more, all are made again.
const KEPT_MAX: usize = 32;

/// What a table depends on: the baseline, its revision, the group, and the day, for rules with dates.
type Key = (String, Option<u64>, u64, i64);

/// Tables by what they were made from.
#[derive(Debug, Default)]
pub(super) struct Tables(Mutex<BTreeMap<Key, Arc<Table>>>);

impl Tables {
    /// The table of a baseline, compiled to `plan`, on what is offered to a group.
    pub(super) fn get(&self, found: &Found, group: &Group, plan: &Plan, now: Timestamp) -> Arc<Table> {
        let revision = found.entry.as_ref().map(|entry| entry.revision.0);
        let key = (found.id.clone(), revision, group.serial(), Day::of(now).0);
        let known = self.lock().get(&key).filter(|table| table.covers(group.catalogue())).cloned();
        known.unwrap_or_else(|| {
            let table = Arc::new(group.table(plan, now));
            let mut kept = self.lock();
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            kept.insert(key, Arc::clone(&table));
            table
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Key, Arc<Table>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
