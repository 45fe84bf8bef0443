//! Reading the recordings of a span, or behind a position.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};

use bartizan_ledger::StoreError;
use bartizan_policy::tape::{Position, Recording, Span};

use crate::append::Track;
use crate::fault::{damaged, not_read};
use crate::frame::Frame;
use crate::position;
use crate::segment::Segment;

/// A read under way.
struct Reading<'a> {
    span: &'a Span,
    skip: u64,
    limit: usize,
    found: Vec<Recording>,
}

/// Recordings of a span in the order in which they were appended. Blocks that are outside of it, or are skipped as a
/// whole, are not read; of the others one is in memory at a time.
pub(crate) fn read(track: &Track, span: &Span, skip: u64, limit: u32) -> Result<Vec<Recording>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut reading = Reading { span, skip, limit, found: Vec::new() };
    for segment in track.segments() {
        if reading.is_full() {
            break;
        }
        reading.segment(track, &segment)?;
    }
    Ok(reading.found)
}

/// Recordings behind a position, each with the position behind it. One block is in memory at a time.
pub(crate) fn read_after(track: &Track, after: Position, limit: u32) -> Result<Vec<(Position, Recording)>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for segment in track.segments() {
        let mut open = None;
        for (block, end) in segment.ranges() {
            if found.len() >= limit {
                return Ok(found);
            }
            if position::behind(segment.number, end) <= after {
                continue;
            }
            let start = match position::parts(after) {
                (number, offset) if number == segment.number => block.offset.max(offset),
                _ => block.offset,
            };
            let Some(file) = opened(&mut open, track, &segment)? else { break };
            let bytes = load(&segment, file, start, end)?;
            let mut rest = &bytes[..];
            while !rest.is_empty() && found.len() < limit {
                let flaw = |_| damaged(&segment.path, end - rest.len() as u64);
                let (frame, behind) = Frame::first(rest).map_err(flaw)?;
                let recording = frame.recording().map_err(flaw)?;
                found.push((position::behind(segment.number, end - behind.len() as u64), recording));
                rest = behind;
            }
        }
        if segment.damaged && found.len() < limit && position::end(&segment) >= after {
            return Err(damaged(&segment.path, segment.length));
        }
    }
    Ok(found)
}

/// The file of a segment, opened when it is first needed; none if it was deleted since the list was taken.
fn opened<'a>(
    open: &'a mut Option<File>,
    track: &Track,
    segment: &Segment,
) -> Result<Option<&'a mut File>, StoreError> {
    if open.is_none() {
        match File::open(&segment.path) {
            Ok(file) => *open = Some(file),
            Err(error) if error.kind() == ErrorKind::NotFound && !track.has(segment.number) => {}
            Err(error) => return Err(not_read(&segment.path, &error)),
        }
    }
    Ok(open.as_mut())
}

/// The bytes of a file between two places.
fn load(segment: &Segment, file: &mut File, start: u64, end: u64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(usize::try_from(end - start).unwrap_or(0));
    let read = file.seek(SeekFrom::Start(start)).and_then(|_| file.take(end - start).read_to_end(&mut bytes));
    read.map_err(|error| not_read(&segment.path, &error))?;
    if (bytes.len() as u64) < end - start {
        return Err(damaged(&segment.path, start + bytes.len() as u64));
    }
    Ok(bytes)
}

impl Reading<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= self.limit
    }

    fn segment(&mut self, track: &Track, segment: &Segment) -> Result<(), StoreError> {
        let mut open = None;
        for (block, end) in segment.ranges() {
            if self.is_full() {
                return Ok(());
            }
            if block.is_outside(self.span) {
                continue;
            }
            let records = u64::from(block.records);
            if block.is_inside(self.span) && self.skip >= records {
                self.skip -= records;
                continue;
            }
            let Some(file) = opened(&mut open, track, segment)? else { return Ok(()) };
            self.block(segment, file, block.offset, end)?;
        }
        if segment.damaged && !self.is_full() {
            // what is there may be of the span, and nobody can tell
            return Err(damaged(&segment.path, segment.length));
        }
        Ok(())
    }

    fn block(&mut self, segment: &Segment, file: &mut File, offset: u64, end: u64) -> Result<(), StoreError> {
        let bytes = load(segment, file, offset, end)?;
        let mut rest = &bytes[..];
        while !rest.is_empty() && !self.is_full() {
            let flaw = |_| damaged(&segment.path, end - rest.len() as u64);
            let (frame, after) = Frame::first(rest).map_err(flaw)?;
            if frame.at >= self.span.from && frame.at < self.span.to {
                match self.skip {
                    0 => self.found.push(frame.recording().map_err(flaw)?),
                    _ => self.skip -= 1,
                }
            }
            rest = after;
        }
        Ok(())
    }
}
