//! Reading the recordings of a span.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};

use bartizan_ledger::StoreError;
use bartizan_policy::tape::{Recording, Span};

use crate::append::Track;
use crate::fault::{damaged, not_read};
use crate::frame::Frame;
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

impl Reading<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= self.limit
    }

    fn segment(&mut self, track: &Track, segment: &Segment) -> Result<(), StoreError> {
        let mut open = None;
        let ends = segment.blocks.iter().skip(1).map(|next| next.offset).chain([segment.length]);
        for (block, end) in segment.blocks.iter().zip(ends) {
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
            let file = match &mut open {
                Some(file) => file,
                None => match File::open(&segment.path) {
                    Ok(file) => open.insert(file),
                    // pruned since the list was taken
                    Err(error) if error.kind() == ErrorKind::NotFound && !track.has(segment.number) => return Ok(()),
                    Err(error) => return Err(not_read(&segment.path, &error)),
                },
            };
            self.block(segment, file, block.offset, end)?;
        }
        if segment.damaged && !self.is_full() {
            // what is there may be of the span, and nobody can tell
            return Err(damaged(&segment.path, segment.length));
        }
        Ok(())
    }

    fn block(&mut self, segment: &Segment, file: &mut File, offset: u64, end: u64) -> Result<(), StoreError> {
        let mut bytes = Vec::with_capacity(usize::try_from(end - offset).unwrap_or(0));
        let read = file.seek(SeekFrom::Start(offset)).and_then(|_| file.take(end - offset).read_to_end(&mut bytes));
        read.map_err(|error| not_read(&segment.path, &error))?;
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
        if (bytes.len() as u64) < end - offset {
            return Err(damaged(&segment.path, offset + bytes.len() as u64));
        }
        Ok(())
    }
}
