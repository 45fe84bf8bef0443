//! The file that a track is written to at the moment.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bartizan_ledger::StoreError;
use bartizan_policy::tape::Position;

use crate::fault::{damaged, not_read, not_written};
use crate::position;
use crate::scan;
use crate::segment::{MAGIC, Segment};

/// The files of a track, oldest first, as far as they are durable. Readers take copies of the list.
#[derive(Debug, Default)]
pub(crate) struct Track {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    segments: Vec<Arc<Segment>>,
    /// The highest number that was ever used: a reader that is late must not find another file under an old name.
    last_number: u64,
}

/// Frames that are appended together, and how long and how old each is.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    pub(crate) bytes: Vec<u8>,
    pub(crate) index: Vec<(u64, i64)>,
}

impl Track {
    /// Learns what is in a track's folder, which may not be there yet.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let mut numbers = numbers(folder)?;
        numbers.sort_unstable();
        let last = numbers.pop();
        let mut segments = Vec::with_capacity(numbers.len() + 1);
        for number in numbers {
            let segment = match Segment::from_index(folder, number) {
                Some(segment) => segment,
                None => scan::learn(folder, number)?,
            };
            segments.push(Arc::new(segment));
        }
        if let Some(number) = last {
            segments.push(Arc::new(scan::recover(folder, number)?));
        }
        Ok(Self { state: Mutex::new(State { segments, last_number: last.unwrap_or(0) }) })
    }

    pub(crate) fn segments(&self) -> Vec<Arc<Segment>> {
        self.lock().segments.clone()
    }

    /// Whether a file still belongs to the track.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.lock().segments.iter().any(|segment| segment.number == number)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the track ends.
    pub(crate) fn end(&self) -> Position {
        self.lock().segments.last().map_or(Position::START, |last| position::end(last))
    }

    /// Makes sure that whatever is appended from now on comes behind a position, also if the files that it was in are
    /// gone.
    pub(crate) fn reach(&self, position: Position) {
        let mut state = self.lock();
        let last = state.segments.last().map(|last| (last.number, position::end(last)));
        if last.is_none_or(|(_, end)| end < position) {
            let (number, _) = position::parts(position);
            // within the last file, but behind its end: go on in another
            let number = if last.is_some_and(|(last, _)| last == number) { number + 1 } else { number };
            state.last_number = state.last_number.max(number);
        }
    }

    /// Whether new files have a number beyond the one that is written to.
    fn has_left(&self, number: u64) -> bool {
        self.lock().last_number > number
    }

    fn next_number(&self) -> u64 {
        let mut state = self.lock();
        state.last_number += 1;
        state.last_number
    }

    /// Readers see the segment from now on; it is new or replaces the last one.
    fn publish(&self, segment: Segment) {
        let segments = &mut self.lock().segments;
        if segments.last().is_some_and(|last| last.number == segment.number) {
            segments.pop();
        }
        segments.push(Arc::new(segment));
    }

    /// Whether the file that is written to is old as a whole.
    pub(crate) fn ends_before(&self, before: i64) -> bool {
        self.lock().segments.last().and_then(|last| last.latest()).is_some_and(|latest| latest < before)
    }

    /// Takes away all files but the last that are not wanted; the last keeps count. Readers that start from now on do
    /// not see these.
    pub(crate) fn take(&self, unwanted: impl Fn(&Segment) -> bool) -> Vec<Arc<Segment>> {
        let segments = &mut self.lock().segments;
        let Some(last) = segments.pop() else { return Vec::new() };
        let (old, kept) = segments.drain(..).partition(|segment| unwanted(segment));
        *segments = kept;
        segments.push(last);
        old
    }
}

fn numbers(folder: &Path) -> Result<Vec<u64>, StoreError> {
    let said = |error| not_read(folder, &error);
    let mut numbers = Vec::new();
    for file in std::fs::read_dir(folder).map_err(said)? {
        let name = file.map_err(said)?.file_name();
        numbers.extend(name.to_str().and_then(Segment::number_of));
    }
    Ok(numbers)
}

/// The open end of a track.
#[derive(Debug)]
pub(crate) struct End {
    file: File,
    segment: Segment,
}

impl End {
    /// The end of what a track has, or the start of a new file.
    pub(crate) fn open(folder: &Path, track: &Track) -> Result<Self, StoreError> {
        let last = track.segments().pop();
        let Some(last) = last.filter(|last| !last.damaged) else {
            // there is nothing yet, or nothing that one may write behind
            return Self::create(folder, track.next_number());
        };
        let said = |error| not_written(&last.path, &error);
        let file = File::options().append(true).open(&last.path).map_err(said)?;
        let length = file.metadata().map_err(said)?.len();
        if length < last.length {
            return Err(damaged(&last.path, length));
        }
        if length > last.length {
            // left by an append that failed and was not acknowledged
            file.set_len(last.length).and_then(|()| file.sync_all()).map_err(said)?;
        }
        Ok(Self { file, segment: Segment::clone(&last) })
    }

    fn create(folder: &Path, number: u64) -> Result<Self, StoreError> {
        create_folder(folder)?;
        let segment = Segment::new(folder, number);
        let said = |error| not_written(&segment.path, &error);
        let mut file = File::options().append(true).create(true).open(&segment.path).map_err(said)?;
        // a crash may have left a file of this number that nothing was written to
        file.set_len(0).and_then(|()| file.write_all(&MAGIC)).and_then(|()| file.sync_all()).map_err(said)?;
        sync_folder(folder)?;
        Ok(Self { file, segment })
    }

    /// Goes on in a new file if this one has reached `bytes_max`, or the track is already further.
    pub(crate) fn roll(&mut self, folder: &Path, track: &Track, bytes_max: u64) -> Result<(), StoreError> {
        if self.segment.length < bytes_max && !track.has_left(self.segment.number) {
            return Ok(());
        }
        self.segment.write_index().map_err(|error| not_written(&self.segment.index_path(), &error))?;
        *self = Self::create(folder, track.next_number())?;
        Ok(())
    }

    /// Goes on in a new file, which readers know of at once.
    pub(crate) fn renew(&mut self, folder: &Path, track: &Track) -> Result<(), StoreError> {
        if track.has(self.segment.number) {
            self.roll(folder, track, 0)?;
        }
        track.publish(self.segment.clone());
        Ok(())
    }

    /// Writes frames and flushes them, then shows them to readers. Answers where each of them ends.
    ///
    /// # Errors
    /// Nothing can be seen of them. The end cannot be used any more.
    pub(crate) fn write<'a>(
        &mut self,
        track: &Track,
        frames: impl Iterator<Item = &'a Frames> + Clone,
    ) -> Result<Vec<Position>, StoreError> {
        let mut bytes = Vec::with_capacity(frames.clone().map(|frames| frames.bytes.len()).sum());
        for frames in frames.clone() {
            bytes.extend(&frames.bytes);
        }
        if let Err(error) = self.file.write_all(&bytes).and_then(|()| self.file.sync_data()) {
            // If this fails too, whoever opens the end next finds what is left and deals with it.
            let _ = self.file.set_len(self.segment.length);
            return Err(not_written(&self.segment.path, &error));
        }
        let mut ends = Vec::new();
        for frames in frames {
            for (bytes, at) in &frames.index {
                self.segment.push(*bytes, *at);
            }
            ends.push(position::end(&self.segment));
        }
        track.publish(self.segment.clone());
        Ok(ends)
    }
}

/// Makes a folder, and its name durable.
pub(crate) fn create_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_folder(parent)?;
        std::fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
        return sync_folder(parent);
    }
    std::fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| not_written(folder, &error))
}
