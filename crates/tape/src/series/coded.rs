//! A column of texts whose codes are known: the dictionary, and pages of codes. The writer of the parquet crate takes texts,
//! and finds the code of each again, which takes ten times as long.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::pack::{pack, width_of};
use super::rows::Sets;
use super::schema::PAGE_ROWS;

/// Codes of a page at most, about: sets may be large.
const PAGE_CODES: usize = 1 << 18;
/// How deep the item of a set is defined, and an empty set [`schema`](super::schema).
const ITEM: u32 = 2;
const EMPTY: u32 = 1;

/// A column that is encoded: its bytes, and what the file has to say of it.
pub(crate) struct Coded {
    pub(crate) bytes: Bytes,
    pub(crate) close: ColumnCloseResult,
}

/// Encodes a column that has one text a row.
pub(crate) fn plain(column: &ColumnDescPtr, texts: &[Arc<str>], codes: &[u32]) -> Result<Coded, ParquetError> {
    let mut chunk = Chunk::begin(texts)?;
    for page in codes.chunks(PAGE_ROWS) {
        chunk.page(page.len(), &[], page)?;
    }
    chunk.end(column, texts, codes.len(), codes.len())
}

/// Encodes a column that has a set of texts a row.
pub(crate) fn sets(column: &ColumnDescPtr, sets: &Sets) -> Result<Coded, ParquetError> {
    let mut chunk = Chunk::begin(sets.texts.all())?;
    let (mut repeated, mut defined, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    let rows = sets.ends.len();
    let mut rows_of_page = 0;
    for row in 0..rows {
        let items = sets.row(row);
        repeated.push(0);
        repeated.resize(repeated.len() + items.len().saturating_sub(1), 1);
        defined.push(if items.is_empty() { EMPTY } else { ITEM });
        defined.resize(repeated.len(), ITEM);
        codes.extend_from_slice(items);
        rows_of_page += 1;
        if rows_of_page == PAGE_ROWS || codes.len() >= PAGE_CODES || row + 1 == rows {
            chunk.page(defined.len(), &[&repeated, &defined], &codes)?;
            [&mut repeated, &mut defined, &mut codes].into_iter().for_each(Vec::clear);
            rows_of_page = 0;
        }
    }
    chunk.end(column, sets.texts.all(), rows, sets.items.len())
}

/// The pages so far.
struct Chunk {
    out: TrackedWrite<Vec<u8>>,
    /// Bits of a code.
    width: u32,
    /// Where the pages of codes begin.
    data: u64,
    values: u64,
    /// With headers.
    compressed: usize,
    uncompressed: usize,
    page: Vec<u8>,
}

impl Chunk {
    fn begin(texts: &[Arc<str>]) -> Result<Self, ParquetError> {
        let mut dictionary = Vec::with_capacity(texts.iter().map(|text| text.len() + 4).sum());
        for text in texts {
            dictionary.extend(u32::try_from(text.len()).map_err(|_| too_much())?.to_le_bytes());
            dictionary.extend(text.as_bytes());
        }
        let num_values = u32::try_from(texts.len()).map_err(|_| too_much())?;
        let mut chunk = Self {
            out: TrackedWrite::new(Vec::new()),
            width: width_of(num_values.saturating_sub(1)),
            data: 0,
            values: 0,
            compressed: 0,
            uncompressed: 0,
            page: Vec::new(),
        };
        let page = |buf| Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
        chunk.write(&dictionary, page)?;
        chunk.data = chunk.out.bytes_written() as u64;
        Ok(chunk)
    }

    /// Adds a page of `values`: of a set as many as levels say, of others as many as there are codes.
    fn page(&mut self, values: usize, levels: &[&[u32]], codes: &[u32]) -> Result<(), ParquetError> {
        let mut bytes = std::mem::take(&mut self.page);
        bytes.clear();
        for (levels, highest) in levels.iter().zip([1, ITEM]) {
            let start = bytes.len();
            bytes.extend([0; 4]);
            pack(levels, width_of(highest), &mut bytes);
            let length = u32::try_from(bytes.len() - start - 4).map_err(|_| too_much())?;
            if let Some(place) = bytes.get_mut(start..start + 4) {
                place.copy_from_slice(&length.to_le_bytes());
            }
        }
        bytes.push(u8::try_from(self.width).map_err(|_| too_much())?);
        pack(codes, self.width, &mut bytes);
        let num_values = u32::try_from(values).map_err(|_| too_much())?;
        self.values += u64::from(num_values);
        self.write(&bytes, |buf| Page::DataPage {
            buf,
            num_values,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })?;
        self.page = bytes;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], page: impl FnOnce(Bytes) -> Page) -> Result<(), ParquetError> {
        let page = CompressedPage::new(page(Bytes::from(lz4_flex::block::compress(bytes))), bytes.len());
        let written = SerializedPageWriter::new(&mut self.out).write_page(page)?;
        self.compressed += written.compressed_size;
        self.uncompressed += written.uncompressed_size;
        Ok(())
    }

    fn end(self, column: &ColumnDescPtr, texts: &[Arc<str>], rows: usize, items: usize) -> Result<Coded, ParquetError> {
        let bytes = self.out.into_inner()?;
        let count = |count: usize| i64::try_from(count).map_err(|_| too_much());
        let of = |text: Option<&Arc<str>>| text.map(|text| ByteArray::from(text.as_bytes().to_vec()));
        let missing = self.values.saturating_sub(items as u64);
        let statistics =
            ValueStatistics::new(of(texts.iter().min()), of(texts.iter().max()), None, Some(missing), false);
        let metadata = ColumnChunkMetaData::builder(Arc::clone(column))
            .set_compression(Compression::LZ4_RAW)
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
            .set_num_values(i64::try_from(self.values).map_err(|_| too_much())?)
            .set_total_compressed_size(count(self.compressed)?)
            .set_total_uncompressed_size(count(self.uncompressed)?)
            .set_dictionary_page_offset(Some(0))
            .set_data_page_offset(i64::try_from(self.data).map_err(|_| too_much())?)
            .set_statistics(Statistics::ByteArray(statistics))
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: rows as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok(Coded { bytes: Bytes::from(bytes), close })
    }
}

fn too_much() -> ParquetError {
    ParquetError::General("a column is larger than the format counts".to_owned())
}
