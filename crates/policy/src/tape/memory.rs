//! [`MemoryTape`]: the definition of what every tape does, and what tests use.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bartizan_ledger::StoreError;
use bartizan_wire::Realm;

use super::{Position, Recording, Span, Tape};

type Place = (Realm, String);

/// Recordings that last as long as the process. A position counts what was ever appended before it.
#[derive(Debug, Default)]
pub struct MemoryTape {
    tracks: Mutex<BTreeMap<Place, Track>>,
}

#[derive(Debug, Default)]
struct Track {
    recordings: BTreeMap<Position, Recording>,
    end: Position,
}

impl MemoryTape {
    /// No recordings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Place, Track>> {
        // nothing here panics while it holds the lock, so a poisoned one still guards whole state
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, realm: &Realm, track: &str, work: impl FnOnce(&mut Track) -> T) -> T {
        work(self.lock().entry((realm.clone(), track.to_owned())).or_default())
    }
}

#[async_trait]
impl Tape for MemoryTape {
    async fn append(&self, realm: &Realm, track: &str, recordings: Vec<Recording>) -> Result<Position, StoreError> {
        Ok(self.with(realm, track, |track| {
            for recording in recordings {
                track.end.0 += 1;
                track.recordings.insert(track.end, recording);
            }
            track.end
        }))
    }

    async fn read(
        &self,
        realm: &Realm,
        track: &str,
        span: Span,
        skip: u64,
        limit: u32,
    ) -> Result<Vec<Recording>, StoreError> {
        let (skip, limit) = (usize::try_from(skip).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(self.with(realm, track, |track| {
            let inside = track.recordings.values().filter(|one| span.from <= one.at && one.at < span.to);
            inside.skip(skip).take(limit).cloned().collect()
        }))
    }

    async fn read_after(
        &self,
        realm: &Realm,
        track: &str,
        after: Position,
        limit: u32,
    ) -> Result<Vec<(Position, Recording)>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.with(realm, track, |track| {
            track.end = track.end.max(after);
            let behind = (std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded);
            track.recordings.range(behind).take(limit).map(|(position, one)| (*position, one.clone())).collect()
        }))
    }

    async fn prune_to(&self, realm: &Realm, track: &str, position: Position) -> Result<(), StoreError> {
        self.with(realm, track, |track| track.recordings.retain(|own, _| *own > position));
        Ok(())
    }
}
