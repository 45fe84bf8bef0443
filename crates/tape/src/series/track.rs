//! The files of a track.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bartizan_ledger::StoreError;

use super::segment::{DEAD, NEW, Name, Segment};
use crate::append::{create_folder, sync_folder};
use crate::fault::{not_read, not_written};

/// The folder in a track's own.
pub(crate) const FOLDER: &str = "series";

/// A track, as readers find it at any time.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) folder: PathBuf,
    state: Mutex<State>,
    /// Held by who writes a new file.
    pub(crate) writing: Mutex<()>,
    /// Held by who merges files.
    pub(crate) merging: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// In the order in which they were written.
    segments: Vec<Arc<Segment>>,
    /// Files that do not read back. They stay where they are.
    damaged: Vec<(Name, StoreError)>,
    /// The highest number that was ever used.
    last: u64,
}

impl Track {
    /// A track that has no folder yet.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, state: Mutex::default(), writing: Mutex::default(), merging: Mutex::default() }
    }

    /// Learns what is in a folder, and removes what a crash has left of files that were not finished, replaced or pruned.
    ///
    /// # Errors
    /// The folder cannot be read, or a file in it was written by a newer version.
    pub(crate) fn open(folder: PathBuf) -> Result<Self, StoreError> {
        let said = |error| not_read(&folder, &error);
        let mut state = State::default();
        for file in std::fs::read_dir(&folder).map_err(said)? {
            let path = file.map_err(said)?.path();
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|own| own == NEW || own == DEAD) {
                std::fs::remove_file(&path).map_err(|error| not_written(&path, &error))?;
            } else if let Some(name) = Name::of(file) {
                state.last = state.last.max(name.last);
                match Segment::learn(&folder, name) {
                    Ok(segment) => state.segments.push(Arc::new(segment)),
                    Err(newer @ StoreError::Failed(_)) => return Err(newer),
                    Err(damage) => state.damaged.push((name, damage)),
                }
            }
        }
        state.segments.sort_unstable_by_key(|segment| segment.name);
        let all = state.segments.clone();
        let merged = |name: Name| all.iter().any(|other| other.name.covers(name));
        let (old, segments) = state.segments.drain(..).partition(|segment| merged(segment.name));
        state.segments = segments;
        state.damaged.retain(|(name, _)| !merged(*name));
        for segment in &old {
            segment.doom().map_err(|error| not_written(&segment.path(), &error))?;
        }
        Ok(Self { state: Mutex::new(state), ..Self::new(folder) })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files, in the order in which they were written.
    ///
    /// # Errors
    /// There is one that does not read back: what is in it may be asked for, and nobody can tell.
    pub(crate) fn segments(&self) -> Result<Vec<Arc<Segment>>, StoreError> {
        let state = self.lock();
        match state.damaged.first() {
            Some((_, damage)) => Err(damage.clone()),
            None => Ok(state.segments.clone()),
        }
    }

    /// The files that are whole.
    pub(crate) fn whole(&self) -> Vec<Arc<Segment>> {
        self.lock().segments.clone()
    }

    /// Whether there is a damaged file of which the name says that it is within another.
    pub(crate) fn has_damage_in(&self, name: Name) -> bool {
        self.lock().damaged.iter().any(|(damaged, _)| name.covers(*damaged))
    }

    /// The name of a file to be written next. Makes the folder.
    pub(crate) fn next_name(&self) -> Result<Name, StoreError> {
        create_folder(&self.folder)?;
        let mut state = self.lock();
        state.last += 1;
        Ok(Name { first: state.last, last: state.last })
    }

    /// Readers find a new file from now on, and those in its place no more.
    pub(crate) fn publish(&self, segment: Segment) -> Result<(), StoreError> {
        let name = segment.name;
        let mut state = self.lock();
        let place = state.segments.partition_point(|other| other.name < name && !name.covers(other.name));
        let covered = state.segments.iter().skip(place).take_while(|other| name.covers(other.name)).count();
        let old: Vec<_> = state.segments.splice(place..place + covered, [Arc::new(segment)]).collect();
        drop(state);
        self.doom(&old)
    }

    /// Lets go of files of which everything is older. Answers how many files and samples that were.
    pub(crate) fn prune(&self, before: i64) -> Result<(u64, u64), StoreError> {
        let mut state = self.lock();
        let is_old = |segment: &Arc<Segment>| segment.index.range().is_none_or(|(_, to)| to < before);
        let (old, kept): (Vec<_>, Vec<_>) = state.segments.drain(..).partition(is_old);
        state.segments = kept;
        drop(state);
        self.doom(&old)?;
        Ok((old.len() as u64, old.iter().map(|segment| segment.index.rows()).sum()))
    }

    fn doom(&self, old: &[Arc<Segment>]) -> Result<(), StoreError> {
        for segment in old {
            segment.doom().map_err(|error| not_written(&segment.path(), &error))?;
        }
        if old.is_empty() { Ok(()) } else { sync_folder(&self.folder) }
    }
}

/// The folder of a track's samples.
pub(crate) fn folder(track: &Path) -> PathBuf {
    track.join(FOLDER)
}
