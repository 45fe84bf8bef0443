//! A group's columns as numbers, page by page.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length, SerializedPageReader};

use super::bits::Reader;
use super::deltas::Deltas;
use super::runs::Runs;

/// Some bytes of a file in memory, where the file has them.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) offset: u64,
    pub(crate) bytes: Bytes,
}

impl Window {
    /// Whether a column is in it.
    pub(crate) fn has(&self, column: &ColumnChunkMetaData) -> bool {
        let (start, length) = column.byte_range();
        let end = start.checked_add(length);
        start >= self.offset && end.is_some_and(|end| end <= self.len())
    }

    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let place = start.checked_sub(self.offset).and_then(|place| usize::try_from(place).ok());
        let place = place.filter(|place| *place <= self.bytes.len());
        place
            .map(|place| self.bytes.slice(place..))
            .ok_or_else(|| ParquetError::EOF(format!("nothing at byte {start}")))
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }
}

impl ChunkReader for Window {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(ParquetError::EOF(format!("no {length} bytes at byte {start}")));
        }
        Ok(bytes.slice(..length))
    }
}

/// Why a column cannot be read, in words.
pub(crate) type Flaw = String;

/// The pages of a column, and how many values of the current one are left.
pub(crate) struct Pages {
    reader: SerializedPageReader<Window>,
    left: usize,
}

/// A page's values.
struct Values {
    bytes: Bytes,
    count: usize,
    encoding: Encoding,
    is_dictionary: bool,
}

impl Pages {
    fn new(window: &Arc<Window>, column: &ColumnChunkMetaData, rows: usize) -> Result<Self, Flaw> {
        if !window.has(column) {
            return Err("a column is not where the file says".to_owned());
        }
        let reader = SerializedPageReader::new(Arc::clone(window), column, rows, None).map_err(|error| said(&error))?;
        Ok(Self { reader, left: 0 })
    }

    fn next(&mut self) -> Result<Values, Flaw> {
        match self.reader.get_next_page().map_err(|error| said(&error))? {
            Some(Page::DataPage { buf: bytes, num_values, encoding, .. }) => {
                let count = usize::try_from(num_values).map_err(|_| unexpected())?;
                self.left = count;
                Ok(Values { bytes, count, encoding, is_dictionary: false })
            }
            Some(Page::DictionaryPage { buf: bytes, num_values, encoding, .. }) => {
                let count = usize::try_from(num_values).map_err(|_| unexpected())?;
                Ok(Values { bytes, count, encoding, is_dictionary: true })
            }
            _ => Err(unexpected()),
        }
    }

    /// Takes `count` values in pieces that are within a page each. A piece of nothing comes with what is no page of values.
    fn take(
        &mut self,
        mut count: usize,
        mut each: impl FnMut(Option<Values>, usize) -> Option<()>,
    ) -> Result<(), Flaw> {
        while count > 0 {
            let page = match self.left {
                0 => Some(self.next()?),
                _ => None,
            };
            let some = self.left.min(count);
            each(page, some).ok_or_else(unexpected)?;
            self.left -= some;
            count -= some;
        }
        Ok(())
    }
}

fn said(error: &ParquetError) -> Flaw {
    error.to_string()
}

pub(crate) fn unexpected() -> Flaw {
    "a page is not as this program writes it".to_owned()
}

/// A column of subjects.
pub(crate) struct Subjects {
    pages: Pages,
    /// What each of the column's own codes stands for.
    names: Vec<u32>,
    runs: Runs,
}

impl Subjects {
    /// Opens the column; `code` says what a subject is to be called.
    pub(crate) fn open(
        window: &Arc<Window>,
        column: &ColumnChunkMetaData,
        rows: usize,
        mut code: impl FnMut(&str) -> u32,
    ) -> Result<Self, Flaw> {
        let mut pages = Pages::new(window, column, rows)?;
        let dictionary = pages.next()?;
        if !dictionary.is_dictionary || dictionary.encoding != Encoding::PLAIN || dictionary.count > rows {
            return Err(unexpected());
        }
        let mut rest = &dictionary.bytes[..];
        let mut names = Vec::with_capacity(dictionary.count);
        for _ in 0..dictionary.count {
            let (length, after) = rest.split_first_chunk().ok_or_else(unexpected)?;
            let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| unexpected())?;
            let (name, after) = after.split_at_checked(length).ok_or_else(unexpected)?;
            names.push(code(std::str::from_utf8(name).map_err(|_| unexpected())?));
            rest = after;
        }
        Ok(Self { pages, names, runs: Runs::default() })
    }

    pub(crate) fn take(&mut self, count: usize, out: &mut Vec<u32>) -> Result<(), Flaw> {
        let (runs, names) = (&mut self.runs, &self.names);
        self.pages.take(count, |page, some| {
            if let Some(page) = page {
                *runs = codes(Reader::new(page.bytes)).filter(|_| page.encoding == Encoding::RLE_DICTIONARY)?;
            }
            runs.take(some, names, out)
        })
    }
}

/// A column of times.
pub(crate) struct Times {
    pages: Pages,
    deltas: Deltas,
}

impl Times {
    pub(crate) fn open(window: &Arc<Window>, column: &ColumnChunkMetaData, rows: usize) -> Result<Self, Flaw> {
        Ok(Self { pages: Pages::new(window, column, rows)?, deltas: Deltas::default() })
    }

    pub(crate) fn take(&mut self, count: usize, out: &mut Vec<i64>) -> Result<(), Flaw> {
        let deltas = &mut self.deltas;
        self.pages.take(count, |page, some| {
            if let Some(page) = page {
                *deltas = Deltas::new(page.bytes).filter(|_| page.encoding == Encoding::DELTA_BINARY_PACKED)?;
            }
            deltas.take(some, out)
        })
    }
}

/// A column of numbers without gaps. Pages have codes as long as there are few different numbers, then the numbers
/// themselves.
pub(crate) struct Numbers {
    pages: Pages,
    different: Vec<f64>,
    page: NumberPage,
}

enum NumberPage {
    Codes(Box<Runs>),
    Plain(Reader),
}

/// Bytes of a number.
const WIDTH: usize = 8;

impl Numbers {
    pub(crate) fn open(window: &Arc<Window>, column: &ColumnChunkMetaData, rows: usize) -> Result<Self, Flaw> {
        Ok(Self {
            pages: Pages::new(window, column, rows)?,
            different: Vec::new(),
            page: NumberPage::Plain(Reader::default()),
        })
    }

    pub(crate) fn take(&mut self, count: usize, out: &mut Vec<f64>) -> Result<(), Flaw> {
        let Self { pages, different, page } = self;
        pages.take(count, |new, some| {
            match new {
                Some(new) if new.is_dictionary => {
                    *different = plain(&new.bytes, new.count)?.collect();
                    return Some(());
                }
                Some(Values { bytes, count, encoding, .. }) => {
                    let mut reader = Reader::new(bytes);
                    // first which of the numbers are there: all, as the count of the rest tells
                    let length = reader.take(4)?.first_chunk()?;
                    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
                    let _levels = reader.pass(length)?;
                    *page = match encoding {
                        Encoding::PLAIN if count.checked_mul(WIDTH) == Some(reader.left()) => NumberPage::Plain(reader),
                        Encoding::RLE_DICTIONARY => NumberPage::Codes(Box::new(codes(reader)?)),
                        _ => return None,
                    };
                }
                None => {}
            }
            match page {
                NumberPage::Codes(runs) => runs.take(some, different, out),
                NumberPage::Plain(reader) => {
                    out.extend(plain(reader.take(some.checked_mul(WIDTH)?)?, some)?);
                    Some(())
                }
            }
        })
    }
}

/// So many numbers, if the bytes are exactly these.
fn plain(bytes: &[u8], count: usize) -> Option<impl ExactSizeIterator<Item = f64>> {
    let (numbers, rest) = bytes.as_chunks::<WIDTH>();
    (rest.is_empty() && numbers.len() == count).then(|| numbers.iter().map(|number| f64::from_le_bytes(*number)))
}

/// The codes of a page, which begins with their width.
fn codes(mut reader: Reader) -> Option<Runs> {
    let width = *reader.take(1)?.first()?;
    Runs::new(reader, width)
}
