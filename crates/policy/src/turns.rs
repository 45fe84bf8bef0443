//! [`Turns`]: callers that update a document without naming a version wait for each other instead of failing each other.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use bartizan_ledger::Key;
use tokio::sync::{Mutex, MutexGuard};

/// How many documents can be updated blindly at once before two unrelated ones may share a turn.
const STRIPES: usize = 1024;

/// Fair turns by key. Correctness does not rest on them (the ledger compares revisions); they only spare retries.
#[derive(Debug)]
pub struct Turns(Vec<Mutex<()>>);

impl Default for Turns {
    fn default() -> Self {
        Self((0..STRIPES).map(|_| Mutex::new(())).collect())
    }
}

impl Turns {
    /// Waits for the turn of a key; it ends when the guard is dropped.
    pub async fn take(&self, key: &Key) -> Option<MutexGuard<'_, ()>> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        let stripe = usize::try_from(hash % STRIPES as u64).ok()?;
        match self.0.get(stripe) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        }
    }
}
