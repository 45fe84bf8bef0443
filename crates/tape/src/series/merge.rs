//! Merging small files that were written one after the other into one.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use bartizan_ledger::StoreError;
use bartizan_policy::tape::Span;
use bartizan_wire::Timestamp;
use bytes::BytesMut;

use super::names::Names;
use super::rows::{Cell, Rows};
use super::scan::{Batch, Query, Scan};
use super::segment::{Name, Segment};
use super::track::Track;
use super::write::Writer;

/// So many files that are equally often merged become one.
const FILES: usize = 4;
/// Rows of a merged file at most: some hundred megabytes, to be read in a second.
const ROWS_MAX: u64 = 1 << 26;
/// A merged file covers at most so much more time than the widest of which it is made, in milliseconds: a day, because
/// files are pruned as a whole.
const SPAN_MAX: i64 = Timestamp::DAY_MS;

/// Merges what should be, until there is no more of it or `stop` is set. Answers whether there was any.
pub(crate) fn merge(track: &Track, stop: &AtomicBool) -> Result<bool, StoreError> {
    let _alone = track.merging.lock().unwrap_or_else(PoisonError::into_inner);
    let mut merged = false;
    while let Some(run) = due(track) {
        merge_run(track, &run, stop)?;
        merged = true;
    }
    Ok(merged)
}

/// The first run of files that should become one.
fn due(track: &Track) -> Option<Vec<Arc<Segment>>> {
    let segments = track.whole();
    segments.windows(FILES).find(|run| is_due(run) && !is_broken(track, run)).map(<[_]>::to_vec)
}

/// Whether a damaged file is between these: the name of a merged one would say that it has what is in there.
fn is_broken(track: &Track, run: &[Arc<Segment>]) -> bool {
    name_of(run).is_none_or(|name| track.has_damage_in(name))
}

fn name_of(run: &[Arc<Segment>]) -> Option<Name> {
    run.first().zip(run.last()).map(|(first, last)| Name { first: first.name.first, last: last.name.last })
}

fn is_due(run: &[Arc<Segment>]) -> bool {
    let Some(level) = run.first().map(|first| first.index.level) else { return false };
    let ranges = || run.iter().filter_map(|segment| segment.index.range());
    let (Some(from), Some(to)) = (ranges().map(|(from, _)| from).min(), ranges().map(|(_, to)| to).max()) else {
        return false;
    };
    let widest = ranges().map(|(from, to)| to.saturating_sub(from)).max().unwrap_or(0);
    level < u8::MAX
        && run.iter().all(|segment| segment.index.level == level)
        && run.iter().map(|segment| segment.index.rows()).sum::<u64>() <= ROWS_MAX
        && to.saturating_sub(from) <= widest.saturating_add(SPAN_MAX)
}

fn merge_run(track: &Track, run: &[Arc<Segment>], stop: &AtomicBool) -> Result<(), StoreError> {
    let Some((name, level)) = name_of(run).zip(run.first().map(|first| first.index.level)) else { return Ok(()) };
    let mut writer = Writer::create(&track.folder, name)?;
    let measures: BTreeSet<(&Arc<str>, bool)> =
        run.iter().flat_map(|segment| &segment.index.groups).map(|group| (&group.measure, group.texts)).collect();
    for (measure, texts) in measures {
        if stop.load(Ordering::Relaxed) {
            return Err(StoreError::Failed("files are not merged while the program ends".to_owned()));
        }
        merge_measure(&mut writer, run, measure, texts)?;
    }
    let sealed = run.iter().filter_map(|segment| segment.index.sealed).max();
    let segment = writer.finish(name, level.saturating_add(1), sealed)?;
    track.publish(segment)
}

/// A file of the run, and the rows of it that are next.
struct Source<'a> {
    scan: Scan<'a>,
    names: Names,
    batch: Batch,
    row: usize,
}

/// The next row of a source, ordered as rows are: by subject, then time, then file.
type Next = Reverse<(Arc<str>, i64, usize)>;

impl Source<'_> {
    fn next(&mut self, place: usize) -> Result<Option<Next>, StoreError> {
        if self.row >= self.batch.at.len() {
            self.row = 0;
            if !self.scan.next(&mut self.names, &mut self.batch)? {
                return Ok(None);
            }
        }
        let subject = self.batch.subject.get(self.row).and_then(|code| self.names.name(*code));
        Ok(subject.zip(self.batch.at.get(self.row)).map(|(subject, at)| Reverse((Arc::clone(subject), *at, place))))
    }
}

/// Writes the rows of one measure and form. Of each file some thousand rows are in memory, and the rows of a group.
fn merge_measure(writer: &mut Writer, run: &[Arc<Segment>], measure: &Arc<str>, texts: bool) -> Result<(), StoreError> {
    let always = Span { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
    let query = Query { measure, texts: Some(texts), subject: None, span: always };
    let mut sources: Vec<Source<'_>> = Vec::with_capacity(run.len());
    let mut heap = BinaryHeap::with_capacity(run.len());
    for (place, segment) in run.iter().enumerate() {
        let scan = Scan::new(segment, query, BytesMut::new());
        let mut source = Source { scan, names: Names::default(), batch: Batch::default(), row: 0 };
        heap.extend(source.next(place)?);
        sources.push(source);
    }
    let mut rows = Rows::new(texts);
    while let Some(Reverse((subject, at, place))) = heap.pop() {
        let Some(source) = sources.get_mut(place) else { continue };
        match (&source.batch.sets, source.batch.number.get(source.row)) {
            (Some(sets), _) => rows.push(&subject, at, Cell::Texts(sets.texts(source.row))),
            (None, Some(number)) => rows.push(&subject, at, Cell::<std::iter::Empty<_>>::Number(*number)),
            (None, None) => false,
        };
        if rows.are_many() {
            writer.group(measure, &rows)?;
            rows.clear();
        }
        source.row += 1;
        heap.extend(source.next(place)?);
    }
    writer.group(measure, &rows)
}
