//! The writer thread: appends what waits, with one flush for each track.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use bartizan_ledger::StoreError;
use bartizan_wire::Timestamp;
use tokio::sync::{mpsc, oneshot};

use crate::append::{End, Frames, Track, sync_folder};
use crate::fault::not_written;
use crate::place::Place;
use crate::tape::Pruned;

/// Appends that are written together at most.
const GROUP_MAX: usize = 256;
/// Bytes that are written together, about.
const GROUP_BYTES_MAX: usize = 32 << 20;

/// The tracks that there are.
pub(crate) type Tracks = RwLock<BTreeMap<Place, Arc<Track>>>;

/// What the thread is asked for, with the way to answer.
#[derive(Debug)]
pub(crate) enum Request {
    Append(Place, Frames, Answer<()>),
    Prune(Timestamp, Answer<Pruned>),
}

/// Where an answer goes.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

pub(crate) struct Thread {
    pub(crate) folder: PathBuf,
    pub(crate) tracks: Arc<Tracks>,
    pub(crate) segment_bytes_max: u64,
    pub(crate) ends: BTreeMap<Place, End>,
}

impl Thread {
    pub(crate) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(first) = requests.blocking_recv() {
            let mut waiting: BTreeMap<Place, Vec<(Frames, Answer<()>)>> = BTreeMap::new();
            let mut prunes = Vec::new();
            let (mut count, mut bytes) = (0, 0);
            let mut next = Some(first);
            while let Some(request) = next {
                match request {
                    Request::Append(place, frames, answer) => {
                        bytes += frames.bytes.len();
                        waiting.entry(place).or_default().push((frames, answer));
                    }
                    Request::Prune(before, answer) => prunes.push((before, answer)),
                }
                count += 1;
                // never waits for more to come: that gathers while this is flushed
                let more = count < GROUP_MAX && bytes < GROUP_BYTES_MAX;
                next = if more { requests.try_recv().ok() } else { None };
            }
            for (place, appends) in waiting {
                let outcome = self.append(&place, &appends);
                if outcome.is_err() {
                    self.ends.remove(&place);
                }
                for (_, answer) in appends {
                    // a caller that went away does not want to know
                    let _ = answer.send(outcome.clone());
                }
            }
            for (before, answer) in prunes {
                let _ = answer.send(self.prune(before));
            }
        }
    }

    fn append(&mut self, place: &Place, appends: &[(Frames, Answer<()>)]) -> Result<(), StoreError> {
        let folder = place.folder(&self.folder);
        let track = self.track(place);
        let end = match self.ends.entry(place.clone()) {
            std::collections::btree_map::Entry::Occupied(end) => end.into_mut(),
            std::collections::btree_map::Entry::Vacant(none) => none.insert(End::open(&folder, &track)?),
        };
        end.roll(&folder, &track, self.segment_bytes_max)?;
        end.write(&track, appends.iter().map(|(frames, _)| frames))
    }

    fn track(&self, place: &Place) -> Arc<Track> {
        let mut tracks = self.tracks.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tracks.entry(place.clone()).or_default())
    }

    fn prune(&mut self, before: Timestamp) -> Result<Pruned, StoreError> {
        let tracks = self.tracks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut pruned = Pruned::default();
        for (place, track) in tracks {
            let old = track.take_older(before.0);
            if old.is_empty() {
                continue;
            }
            if self.ends.get(&place).is_some_and(|end| old.iter().any(|segment| segment.number == end.number())) {
                self.ends.remove(&place);
            }
            for segment in old {
                for path in [segment.path.clone(), segment.index_path()] {
                    match std::fs::remove_file(&path) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                            return Err(not_written(&path, &error));
                        }
                        _ => {}
                    }
                }
                pruned.segments += 1;
                pruned.recordings += segment.records();
            }
            sync_folder(&place.folder(&self.folder))?;
        }
        Ok(pruned)
    }
}
