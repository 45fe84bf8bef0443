//! The stores in memory: short enough to be read as the definition of what every backend does, and what tests use.

mod audit;
mod board;
mod ledger;

pub use audit::MemoryAudit;
pub use board::MemoryBoard;
pub use ledger::MemoryLedger;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Nothing here panics while it holds a lock, so a poisoned one still guards whole state.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
