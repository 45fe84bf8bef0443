//! What a store has done since it was opened.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Requests that changed something and were acknowledged: batches of a ledger, postings and lines of a board.
    pub commits: u64,
    /// Transactions that were made durable, each with one flush of the disk, whatever number of commits it carried.
    pub groups: u64,
    /// The most commits that one transaction carried.
    pub largest_group: u64,
    /// Requests whose condition did not hold.
    pub refused: u64,
    /// Requests that failed because the store did.
    pub failed: u64,
    /// Heads that were not in memory and were read from the file.
    pub head_misses: u64,
}

/// The counters behind [`Statistics`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) commits: AtomicU64,
    pub(crate) groups: AtomicU64,
    pub(crate) largest_group: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) head_misses: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self) -> Statistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Statistics {
            commits: read(&self.commits),
            groups: read(&self.groups),
            largest_group: read(&self.largest_group),
            refused: read(&self.refused),
            failed: read(&self.failed),
            head_misses: read(&self.head_misses),
        }
    }
}

/// Adds to a counter that nothing else is ordered by.
pub(crate) fn count(counter: &AtomicU64, more: usize) {
    counter.fetch_add(more as u64, Ordering::Relaxed);
}
