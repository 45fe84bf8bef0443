//! [`FileSeries`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, mpsc};
use std::thread::JoinHandle;

use async_trait::async_trait;
use bartizan_ledger::StoreError;
use bartizan_policy::series::{Columns, Sample, Series, Value, View};
use bartizan_policy::tape::{Position, Span};
use bartizan_wire::{Realm, Timestamp};
use bytes::BytesMut;

use super::arrange::write_sorted;
use super::merge::merge;
use super::names::Names;
use super::scan::{Batch, Query, Scan};
use super::segment::Segment;
use super::track::{self, Track};
use super::write::Writer;
use crate::append::create_folder;
use crate::place::Place;
use crate::tape::Pruned;

/// Samples in Parquet files of one folder, beside the recordings of a [`FileTape`](crate::FileTape) if it is the same.
/// What it has acknowledged survives the end of the process and of the power.
#[derive(Debug)]
pub struct FileSeries {
    folder: PathBuf,
    tracks: RwLock<BTreeMap<Place, Arc<Track>>>,
    merger: Merger,
}

impl FileSeries {
    /// Opens what is in a folder, creating it if there is none. Two processes must not open the same folder.
    ///
    /// # Errors
    /// The folder cannot be read or written, or was written by a newer version. Damage is no error here: it is reported
    /// by reads, and writing goes on.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StoreError> {
        let folder = folder.as_ref().to_owned();
        create_folder(&folder)?;
        let mut tracks = BTreeMap::new();
        for place in Place::all(&folder)? {
            let own = track::folder(&place.folder(&folder));
            if own.is_dir() {
                tracks.insert(place, Arc::new(Track::open(own)?));
            }
        }
        let merger = Merger::start()?;
        // what was not merged before the last end
        tracks.values().for_each(|track| merger.look_at(track));
        Ok(Self { folder, tracks: RwLock::new(tracks), merger })
    }

    /// Deletes the files of which everything was measured before `before`. A file is kept as a whole while any of it is
    /// newer, and so is one that does not read back.
    ///
    /// # Errors
    /// A file cannot be deleted; those before it are.
    pub async fn prune(&self, before: Timestamp) -> Result<Pruned, StoreError> {
        let tracks: Vec<_> = self.tracks.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        apart(move || {
            let mut pruned = Pruned::default();
            for track in tracks {
                let (files, samples) = track.prune(before.0)?;
                pruned.segments += files;
                pruned.recordings += samples;
            }
            Ok(pruned)
        })
        .await
    }

    /// Merges small files now, which is otherwise done a moment after a write, and answers whether there were any.
    ///
    /// # Errors
    /// Something does not read back, or cannot be written. Everything is as it was.
    pub async fn merge(&self) -> Result<bool, StoreError> {
        let tracks: Vec<_> = self.tracks.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        apart(move || {
            let mut merged = false;
            for track in tracks {
                merged |= merge(&track, &AtomicBool::new(false))?;
            }
            Ok(merged)
        })
        .await
    }

    fn track(&self, place: &Place) -> Option<Arc<Track>> {
        self.tracks.read().unwrap_or_else(PoisonError::into_inner).get(place).cloned()
    }

    fn track_or_new(&self, place: Place) -> Arc<Track> {
        let folder = track::folder(&place.folder(&self.folder));
        let mut tracks = self.tracks.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tracks.entry(place).or_insert_with(|| Arc::new(Track::new(folder))))
    }

    fn segments(&self, realm: &Realm, track: &str) -> Result<Vec<Arc<Segment>>, StoreError> {
        let place = Place::new(realm, track)?;
        self.track(&place).map_or_else(|| Ok(Vec::new()), |track| track.segments())
    }
}

/// Runs what may take longer than a moment away from the threads that serve requests.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let stopped = |_| StoreError::Failed("samples are no longer served: start the program again".to_owned());
    tokio::task::spawn_blocking(work).await.map_err(stopped)?
}

#[async_trait]
impl Series for FileSeries {
    async fn write(
        &self,
        realm: &Realm,
        track: &str,
        samples: Arc<Vec<Sample>>,
        sealed: Option<Position>,
    ) -> Result<(), StoreError> {
        let place = Place::new(realm, track)?;
        if samples.is_empty() {
            return Ok(());
        }
        let track = self.track_or_new(place);
        let written = Arc::clone(&track);
        apart(move || {
            let _alone = written.writing.lock().unwrap_or_else(PoisonError::into_inner);
            let name = written.next_name()?;
            let mut writer = Writer::create(&written.folder, name)?;
            write_sorted(&mut writer, &samples)?;
            written.publish(writer.finish(name, 0, sealed.map(|position| position.0))?)
        })
        .await?;
        self.merger.look_at(&track);
        Ok(())
    }

    async fn sealed(&self, realm: &Realm, track: &str) -> Result<Option<Position>, StoreError> {
        let segments = self.segments(realm, track)?;
        Ok(segments.iter().filter_map(|segment| segment.index.sealed).max().map(Position))
    }

    fn view(&self, realm: &Realm, track: &str) -> Result<Arc<dyn View>, StoreError> {
        Ok(Arc::new(FileView(self.segments(realm, track)?)))
    }

    async fn find(
        &self,
        realm: &Realm,
        track: &str,
        measure: &str,
        subject: &str,
        span: Span,
    ) -> Result<Vec<Sample>, StoreError> {
        let segments = self.segments(realm, track)?;
        let (measure, subject): (Arc<str>, Arc<str>) = (measure.into(), subject.into());
        apart(move || find(&segments, &measure, &subject, span)).await
    }

    async fn measures(&self, realm: &Realm, track: &str) -> Result<Vec<Arc<str>>, StoreError> {
        let segments = self.segments(realm, track)?;
        let measures: BTreeSet<_> =
            segments.iter().flat_map(|segment| &segment.index.groups).map(|group| &group.measure).collect();
        Ok(measures.into_iter().cloned().collect())
    }
}

/// Files as they were; they stay on the disk for as long as somebody has them.
#[derive(Debug)]
struct FileView(Vec<Arc<Segment>>);

impl View for FileView {
    fn replay(&self, measure: &str, span: Span, sink: &mut dyn FnMut(&Columns<'_>)) -> Result<(), StoreError> {
        let query = Query { measure, texts: None, subject: None, span };
        let (mut names, mut batch, mut buffer) = (Names::default(), Batch::default(), BytesMut::new());
        for segment in &self.0 {
            let mut scan = Scan::new(segment, query, buffer);
            while scan.next(&mut names, &mut batch)? {
                sink(&batch.columns(&names));
            }
            buffer = scan.into_buffer();
        }
        Ok(())
    }
}

fn find(
    segments: &[Arc<Segment>],
    measure: &Arc<str>,
    subject: &Arc<str>,
    span: Span,
) -> Result<Vec<Sample>, StoreError> {
    let query = Query { measure, texts: None, subject: Some(subject), span };
    let (mut names, mut batch, mut found) = (Names::default(), Batch::default(), Vec::new());
    for segment in segments {
        let mut scan = Scan::new(segment, query, BytesMut::new());
        while scan.next(&mut names, &mut batch)? {
            for (row, at) in batch.at.iter().enumerate() {
                let value = match &batch.sets {
                    Some(sets) => Value::Texts(sets.texts(row).collect()),
                    None => Value::Number(batch.number.get(row).copied().unwrap_or(f64::NAN)),
                };
                let (subject, measure) = (Arc::clone(subject), Arc::clone(measure));
                found.push(Sample { subject, measure, at: Timestamp(*at), value });
            }
        }
    }
    found.sort_by_key(|sample| (sample.at, matches!(sample.value, Value::Texts(_))));
    Ok(found)
}

/// The thread that merges small files.
#[derive(Debug)]
struct Merger {
    queue: Option<Mutex<mpsc::Sender<Arc<Track>>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Merger {
    fn start() -> Result<Self, StoreError> {
        let (queue, tracks) = mpsc::channel::<Arc<Track>>();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || {
            for track in tracks {
                // What cannot be merged stays as it is, and is tried again after the next write. Damage is said to who
                // reads it, a full disk to who writes next.
                let _ = merge(&track, &stopped);
            }
        };
        let thread = std::thread::Builder::new().name("series-merger".to_owned()).spawn(run);
        let thread =
            thread.map_err(|error| StoreError::Failed(format!("the merging thread does not start: {error}")))?;
        Ok(Self { queue: Some(Mutex::new(queue)), stop, thread: Some(thread) })
    }

    fn look_at(&self, track: &Arc<Track>) {
        if let Some(queue) = &self.queue {
            // a thread that has ended merges nothing more, and everything else goes on
            let _ = queue.lock().unwrap_or_else(PoisonError::into_inner).send(Arc::clone(track));
        }
    }
}

impl Drop for Merger {
    /// Waits for the thread, which leaves what it is at for the next start.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // a thread that panicked has nothing left to finish
            let _ = thread.join();
        }
    }
}
