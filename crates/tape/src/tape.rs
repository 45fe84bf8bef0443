//! [`FileTape`].

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use async_trait::async_trait;
use bartizan_ledger::StoreError;
use bartizan_policy::tape::{Position, Recording, Span, Tape};
use bartizan_wire::{Realm, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::append::{Frames, Track, create_folder};
use crate::frame::encode;
use crate::place::Place;
use crate::position::{APPEND_BYTES_MAX, SEGMENT_BYTES_MAX};
use crate::read::{read, read_after};
use crate::writer::{Answer, Request, Thread, Tracks};

/// How long recordings are kept unless something else is chosen, in days.
pub const RETENTION_DAYS: u16 = 14;
/// Appends that wait at most; a caller beyond waits to get in.
const QUEUE_MAX: usize = 256;

/// What may be chosen about a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TapeSettings {
    /// A file that has reached so many bytes, at most 1 GiB, is sealed, and the next append goes to a new one.
    pub segment_bytes_max: u64,
}

impl TapeSettings {
    /// 64 MiB: read from end to end in a moment after a crash, and fine enough for retention.
    pub const SEGMENT_BYTES_MAX: u64 = 64 << 20;
}

impl Default for TapeSettings {
    fn default() -> Self {
        Self { segment_bytes_max: Self::SEGMENT_BYTES_MAX }
    }
}

/// What [`FileTape::prune`] has deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Files.
    pub segments: u64,
    /// Recordings in them.
    pub recordings: u64,
}

/// A tape in the files of one folder. What it has acknowledged survives the end of the process and of the power.
#[derive(Debug)]
pub struct FileTape {
    tracks: Arc<Tracks>,
    queue: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl FileTape {
    /// Opens a tape, creating the folder if there is none. What a crash has left of an append that was never
    /// acknowledged is cut off. Two processes must not open the same folder.
    ///
    /// # Errors
    /// The folder cannot be read or written, or was written by a newer version. Damage is no error here: it is
    /// reported by the reads that come across it, and recording goes on.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(folder, TapeSettings::default())
    }

    /// As [`FileTape::open`], with settings.
    ///
    /// # Errors
    /// As [`FileTape::open`].
    pub fn open_with(folder: impl AsRef<Path>, settings: TapeSettings) -> Result<Self, StoreError> {
        let folder = folder.as_ref().to_owned();
        create_folder(&folder)?;
        let mut tracks = BTreeMap::new();
        for place in Place::all(&folder)? {
            let track = Track::open(&place.folder(&folder))?;
            tracks.insert(place, Arc::new(track));
        }
        let tracks = Arc::new(RwLock::new(tracks));
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let segment_bytes_max = settings.segment_bytes_max.min(SEGMENT_BYTES_MAX);
        let thread = Thread { folder, tracks: Arc::clone(&tracks), segment_bytes_max, ends: BTreeMap::new() };
        let thread = std::thread::Builder::new()
            .name("tape-writer".to_owned())
            .spawn(move || thread.run(requests))
            .map_err(|error| StoreError::Failed(format!("the writer thread does not start: {error}")))?;
        Ok(Self { tracks, queue: Some(queue), thread: Some(thread) })
    }

    /// Deletes the files of which everything was observed before `before`. A file is kept as a whole while any of
    /// it is newer, and so is one in which nothing can be read.
    ///
    /// # Errors
    /// A file cannot be deleted; those before it are.
    pub async fn prune(&self, before: Timestamp) -> Result<Pruned, StoreError> {
        self.ask(|answer| Request::Prune(before, answer)).await
    }

    fn track(&self, place: &Place) -> Option<Arc<Track>> {
        self.tracks.read().unwrap_or_else(PoisonError::into_inner).get(place).cloned()
    }

    async fn ask<T>(&self, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, StoreError> {
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        let (answer, answered) = oneshot::channel();
        queue.send(request(answer)).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

fn stopped() -> StoreError {
    StoreError::Failed("the tape is being closed: start the program again".to_owned())
}

/// Runs what may take longer than a moment away from the threads that serve requests.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| stopped())?
}

fn encoded(recordings: &[Recording]) -> Result<Frames, StoreError> {
    // most compress to half of it, or less
    let expected = recordings.iter().map(|recording| recording.body.len() / 2 + recording.subject.len() + 64).sum();
    let mut frames = Frames { bytes: Vec::with_capacity(expected), index: Vec::with_capacity(recordings.len()) };
    for recording in recordings {
        let before = frames.bytes.len();
        encode(recording, &mut frames.bytes)?;
        frames.index.push(((frames.bytes.len() - before) as u64, recording.at.0));
        if frames.bytes.len() > APPEND_BYTES_MAX {
            return Err(StoreError::Failed(format!(
                "{} observations are too much to be recorded together, more than {APPEND_BYTES_MAX} bytes: send fewer at once",
                recordings.len()
            )));
        }
    }
    Ok(frames)
}

#[async_trait]
impl Tape for FileTape {
    async fn append(&self, realm: &Realm, track: &str, recordings: Vec<Recording>) -> Result<Position, StoreError> {
        let place = Place::new(realm, track)?;
        if recordings.is_empty() {
            return Ok(self.track(&place).map_or(Position::START, |track| track.end()));
        }
        let frames = apart(move || encoded(&recordings)).await?;
        self.ask(|answer| Request::Append(place, frames, answer)).await
    }

    async fn read(
        &self,
        realm: &Realm,
        track: &str,
        span: Span,
        skip: u64,
        limit: u32,
    ) -> Result<Vec<Recording>, StoreError> {
        let place = Place::new(realm, track)?;
        let Some(track) = self.track(&place) else { return Ok(Vec::new()) };
        apart(move || read(&track, &span, skip, limit)).await
    }

    async fn read_after(
        &self,
        realm: &Realm,
        track: &str,
        after: Position,
        limit: u32,
    ) -> Result<Vec<(Position, Recording)>, StoreError> {
        let place = Place::new(realm, track)?;
        let track = match self.track(&place) {
            Some(track) => track,
            None if after == Position::START => return Ok(Vec::new()),
            None => Arc::clone(self.tracks.write().unwrap_or_else(PoisonError::into_inner).entry(place).or_default()),
        };
        track.reach(after);
        apart(move || read_after(&track, after, limit)).await
    }

    async fn prune_to(&self, realm: &Realm, track: &str, position: Position) -> Result<(), StoreError> {
        let place = Place::new(realm, track)?;
        self.ask(|answer| Request::PruneTo(place, position, answer)).await
    }
}

impl Drop for FileTape {
    /// Lets the thread finish what is queued, and waits for that.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // a thread that panicked has nothing left to finish
            let _ = thread.join();
        }
    }
}
