//! Reading the rows of a measure from a file, some thousand at a time, into buffers that are used again.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_policy::series::{Columns, TextCells};
use bartizan_policy::tape::Span;
use bytes::{Bytes, BytesMut};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::SerializedPageReader;

use super::index::Group;
use super::names::Names;
use super::pages::{Flaw, Numbers, Subjects, Times, Window, unexpected};
use super::rows::Sets;
use super::schema::{AT, NUMBER, SUBJECT, TEXTS};
use super::segment::Segment;
use crate::fault::{not_read, unreadable};

/// Rows of a batch: with all their columns they fit into the second-level cache, together with a page of each.
const BATCH_ROWS: usize = 1 << 14;
/// A code for subjects that nobody asked for.
const UNWANTED: u32 = u32::MAX;

/// Some rows of one measure and form.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) subject: Vec<u32>,
    pub(crate) at: Vec<i64>,
    pub(crate) number: Vec<f64>,
    pub(crate) sets: Option<Sets>,
}

impl Batch {
    fn clear(&mut self) {
        self.subject.clear();
        self.at.clear();
        self.number.clear();
        if let Some(sets) = &mut self.sets {
            sets.clear();
        }
    }

    /// The rows as a sink sees them.
    pub(crate) fn columns<'a>(&'a self, subjects: &'a Names) -> Columns<'a> {
        let Self { subject, at, number, sets } = self;
        let texts =
            sets.as_ref().map(|sets| TextCells { texts: sets.texts.all(), ends: &sets.ends, items: &sets.items });
        Columns { subjects: subjects.all(), subject, at, number, texts }
    }

    /// Keeps the rows that `keep` wants.
    fn retain(&mut self, keep: impl Fn(u32, i64) -> bool) {
        let Self { subject, at, number, sets, .. } = self;
        let kept: Vec<bool> = subject.iter().zip(&*at).map(|(subject, at)| keep(*subject, *at)).collect();
        if let Some(sets) = sets {
            sets.retain(&kept);
        } else {
            retain(number, &kept);
        }
        retain(subject, &kept);
        retain(at, &kept);
    }
}

fn retain<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().is_some_and(|kept| *kept));
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'a> {
    pub(crate) measure: &'a str,
    /// Sets or numbers; both if it does not matter.
    pub(crate) texts: Option<bool>,
    /// One subject, or all.
    pub(crate) subject: Option<&'a str>,
    pub(crate) span: Span,
}

impl Query<'_> {
    pub(crate) fn wants(&self, group: &Group) -> bool {
        *group.measure == *self.measure
            && self.texts.is_none_or(|texts| texts == group.texts)
            && self.subject.is_none_or(|subject| *group.first <= *subject && *subject <= *group.last)
            && group.to >= self.span.from.0
            && group.from < self.span.to.0
    }
}

/// A file that is being read.
pub(crate) struct Scan<'a> {
    segment: &'a Segment,
    query: Query<'a>,
    /// The next group.
    next: usize,
    opened: Option<(File, ParquetMetaData)>,
    group: Option<Columnar>,
    /// Where the bytes of the last group were.
    buffer: BytesMut,
}

/// A group that is being read.
struct Columnar {
    window: Arc<Window>,
    subjects: Subjects,
    times: Times,
    cells: CellReader,
    /// Rows that are not read yet.
    left: usize,
    /// Whether every row is of the span.
    inside: bool,
}

enum CellReader {
    Numbers(Box<Numbers>),
    Texts(Box<ColumnReaderImpl<ByteArrayType>>),
}

impl<'a> Scan<'a> {
    pub(crate) fn new(segment: &'a Segment, query: Query<'a>, buffer: BytesMut) -> Self {
        Self { segment, query, next: 0, opened: None, group: None, buffer }
    }

    /// The buffer, for the next file.
    pub(crate) fn into_buffer(self) -> BytesMut {
        self.buffer
    }

    /// Reads the next rows, of which there is at least one, or says that there are no more. `names` learns of every
    /// subject that is read, and says what it is called.
    pub(crate) fn next(&mut self, names: &mut Names, batch: &mut Batch) -> Result<bool, StoreError> {
        loop {
            batch.clear();
            let Some(group) = &mut self.group else {
                if !self.open_group(names)? {
                    return Ok(false);
                }
                continue;
            };
            let rows = group.left.min(BATCH_ROWS);
            group.read(rows, batch).map_err(|flaw| unreadable(&self.segment.path(), &flaw))?;
            let (span, inside) = (self.query.span, group.inside);
            if !inside || self.query.subject.is_some() {
                batch.retain(|subject, at| subject != UNWANTED && span.from.0 <= at && at < span.to.0);
            }
            if group.left == 0 {
                self.close_group();
            }
            if !batch.at.is_empty() {
                return Ok(true);
            }
        }
    }

    fn close_group(&mut self) {
        let window = self.group.take().map(|group| group.window);
        // whoever reads a column has let go of the bytes by now
        let bytes = window.and_then(Arc::into_inner).and_then(|window| window.bytes.try_into_mut().ok());
        self.buffer = bytes.unwrap_or_default();
    }

    /// Opens the next group that is asked for; false if there is none.
    fn open_group(&mut self, names: &mut Names) -> Result<bool, StoreError> {
        let groups = self.segment.index.groups.iter().enumerate().skip(self.next);
        let Some((place, group)) = groups.into_iter().find(|(_, group)| self.query.wants(group)) else {
            return Ok(false);
        };
        self.next = place + 1;
        let (file, metadata) = match &mut self.opened {
            Some(opened) => opened,
            None => self.opened.insert(self.segment.open()?),
        };
        let path = || self.segment.path();
        let bytes = load(file, group, std::mem::take(&mut self.buffer), path)?;
        let window = Arc::new(Window { offset: group.offset, bytes });
        let wanted = self.query.subject;
        let mut met = wanted.is_none();
        let code = |name: &str| match wanted {
            None => names.code(name),
            Some(wanted) if wanted == name => {
                met = true;
                names.code(name)
            }
            Some(_) => UNWANTED,
        };
        let opened = Columnar::open(window, metadata, place, group, self.query.span, code);
        self.group = Some(opened.map_err(|flaw| unreadable(&path(), &flaw))?);
        if !met {
            self.close_group();
        }
        Ok(true)
    }
}

/// The bytes of a group, which are as they were written.
fn load(file: &File, group: &Group, mut buffer: BytesMut, path: impl Fn() -> PathBuf) -> Result<Bytes, StoreError> {
    let length = usize::try_from(group.length).map_err(|_| unreadable(&path(), "it is too large"))?;
    buffer.resize(length, 0);
    match file.read_exact_at(&mut buffer, group.offset) {
        Ok(()) if crc32fast::hash(&buffer) == group.crc => Ok(buffer.freeze()),
        Ok(()) => Err(unreadable(&path(), &format!("bytes from {} on have changed", group.offset))),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(unreadable(&path(), "it was cut off")),
        Err(error) => Err(not_read(&path(), &error)),
    }
}

impl Columnar {
    fn open(
        window: Arc<Window>,
        metadata: &ParquetMetaData,
        place: usize,
        group: &Group,
        span: Span,
        code: impl FnMut(&str) -> u32,
    ) -> Result<Self, Flaw> {
        let rows = group.rows as usize;
        let columns = metadata.row_groups().get(place).ok_or_else(unexpected)?.columns();
        let column = |place: usize| columns.get(place).ok_or_else(unexpected);
        let cells = if group.texts {
            let column = column(TEXTS)?;
            if !window.has(column) {
                return Err(unexpected());
            }
            let pages = SerializedPageReader::new(Arc::clone(&window), column, rows, None);
            let pages = pages.map_err(|error| error.to_string())?;
            CellReader::Texts(Box::new(ColumnReaderImpl::new(column.column_descr_ptr(), Box::new(pages))))
        } else {
            CellReader::Numbers(Box::new(Numbers::open(&window, column(NUMBER)?, rows)?))
        };
        Ok(Self {
            subjects: Subjects::open(&window, column(SUBJECT)?, rows, code)?,
            times: Times::open(&window, column(AT)?, rows)?,
            cells,
            left: rows,
            inside: span.from.0 <= group.from && group.to < span.to.0,
            window,
        })
    }

    fn read(&mut self, rows: usize, batch: &mut Batch) -> Result<(), Flaw> {
        self.subjects.take(rows, &mut batch.subject)?;
        self.times.take(rows, &mut batch.at)?;
        match &mut self.cells {
            CellReader::Numbers(numbers) => {
                batch.sets = None;
                numbers.take(rows, &mut batch.number)?;
            }
            CellReader::Texts(reader) => read_texts(reader, rows, batch.sets.get_or_insert_default())?,
        }
        self.left -= rows;
        Ok(())
    }
}

fn read_texts(reader: &mut ColumnReaderImpl<ByteArrayType>, rows: usize, sets: &mut Sets) -> Result<(), Flaw> {
    let (mut defined, mut repeated) = (Vec::new(), Vec::new());
    let mut values: Vec<ByteArray> = Vec::new();
    let mut read = 0;
    while read < rows {
        let (more, _, _) = reader
            .read_records(rows - read, Some(&mut defined), Some(&mut repeated), &mut values)
            .map_err(|error| error.to_string())?;
        if more == 0 {
            return Err(unexpected());
        }
        read += more;
    }
    let mut values = values.iter();
    let mut open = false;
    for (defined, repeated) in defined.into_iter().zip(repeated) {
        if repeated == 0 && open {
            sets.end_row();
        }
        open = true;
        match defined {
            1 => {}
            2 => {
                let text = values.next().and_then(|text| text.as_utf8().ok()).ok_or_else(unexpected)?;
                let code = sets.texts.code(text);
                sets.items.push(code);
            }
            // rows of this form are never without a set
            _ => return Err(unexpected()),
        }
    }
    if open {
        sets.end_row();
    }
    if sets.ends.len() == rows { Ok(()) } else { Err(unexpected()) }
}
