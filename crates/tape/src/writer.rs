//! The writer thread: appends what waits, with one flush for each track.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use bartizan_ledger::StoreError;
use bartizan_policy::tape::Position;
use bartizan_wire::Timestamp;
use tokio::sync::{mpsc, oneshot};

use crate::append::{End, Frames, Track, sync_folder};
use crate::fault::not_written;
use crate::place::Place;
use crate::position;
use crate::segment::Segment;
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
    Append(Place, Frames, Answer<Position>),
    Prune(Timestamp, Answer<Pruned>),
    PruneTo(Place, Position, Answer<()>),
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
            let mut waiting: BTreeMap<Place, Vec<(Frames, Answer<Position>)>> = BTreeMap::new();
            let mut prunes = Vec::new();
            let (mut count, mut bytes) = (0, 0);
            let mut next = Some(first);
            while let Some(request) = next {
                match request {
                    Request::Append(place, frames, answer) => {
                        bytes += frames.bytes.len();
                        waiting.entry(place).or_default().push((frames, answer));
                    }
                    prune => prunes.push(prune),
                }
                count += 1;
                // never waits for more to come: that gathers while this is flushed
                let more = count < GROUP_MAX && bytes < GROUP_BYTES_MAX;
                next = if more { requests.try_recv().ok() } else { None };
            }
            for (place, appends) in waiting {
                let outcomes = match self.append(&place, &appends) {
                    Ok(ends) => ends.into_iter().map(Ok).collect(),
                    Err(error) => {
                        self.ends.remove(&place);
                        vec![Err(error); appends.len()]
                    }
                };
                for ((_, answer), outcome) in appends.into_iter().zip(outcomes) {
                    // a caller that went away does not want to know
                    let _ = answer.send(outcome);
                }
            }
            for request in prunes {
                match request {
                    Request::Append(..) => {}
                    Request::Prune(before, answer) => drop(answer.send(self.prune(before))),
                    Request::PruneTo(place, position, answer) => drop(answer.send(self.prune_to(&place, position))),
                }
            }
        }
    }

    fn append(&mut self, place: &Place, appends: &[(Frames, Answer<Position>)]) -> Result<Vec<Position>, StoreError> {
        let (folder, bytes_max) = (place.folder(&self.folder), self.segment_bytes_max);
        let track = self.track(place);
        let end = self.end(place, &track)?;
        end.roll(&folder, &track, bytes_max)?;
        end.write(&track, appends.iter().map(|(frames, _)| frames))
    }

    fn end(&mut self, place: &Place, track: &Track) -> Result<&mut End, StoreError> {
        Ok(match self.ends.entry(place.clone()) {
            Entry::Occupied(end) => end.into_mut(),
            Entry::Vacant(none) => none.insert(End::open(&place.folder(&self.folder), track)?),
        })
    }

    fn track(&self, place: &Place) -> Arc<Track> {
        let mut tracks = self.tracks.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tracks.entry(place.clone()).or_default())
    }

    fn prune(&mut self, before: Timestamp) -> Result<Pruned, StoreError> {
        let tracks = self.tracks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut pruned = Pruned::default();
        for (place, track) in tracks {
            if track.ends_before(before.0) {
                let folder = place.folder(&self.folder);
                self.end(&place, &track)?.renew(&folder, &track)?;
            }
            let old = track.take(|segment| segment.latest().is_some_and(|latest| latest < before.0));
            self.delete(&place, old, &mut pruned)?;
        }
        Ok(pruned)
    }

    fn prune_to(&self, place: &Place, position: Position) -> Result<(), StoreError> {
        let old = self.track(place).take(|segment| position::end(segment) <= position);
        self.delete(place, old, &mut Pruned::default())
    }

    fn delete(&self, place: &Place, old: Vec<Arc<Segment>>, pruned: &mut Pruned) -> Result<(), StoreError> {
        if old.is_empty() {
            return Ok(());
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
        sync_folder(&place.folder(&self.folder))
    }
}
