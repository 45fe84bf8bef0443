//! The columns of a file, and how each is stored.

use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, Type};

/// What DuckDB and pandas see: a row for each sample. The time is not called `at`, which DuckDB takes for a keyword.
const COLUMNS: &str = "message series {
    required binary measure (STRING);
    required binary subject (STRING);
    required int64 time (TIMESTAMP(MILLIS, true));
    optional double number;
    optional group texts (LIST) {
        repeated group list {
            required binary element (STRING);
        }
    }
}";

/// Places of the columns.
pub(crate) const SUBJECT: usize = 1;
pub(crate) const AT: usize = 2;
pub(crate) const NUMBER: usize = 3;
pub(crate) const TEXTS: usize = 4;

/// Under which a file says what this program needs to know of it; see [`index`](super::index).
pub(crate) const INDEX_KEY: &str = "bartizan.series";

/// Rows of a page: pages are read one at a time, and one of each column fits into the second-level cache.
pub(crate) const PAGE_ROWS: usize = 1 << 15;
/// Bytes of a page at most. Only texts come near.
const PAGE_BYTES: usize = 1 << 20;
/// Rows that the writer takes at once, so that pages end where they should.
const BATCH_ROWS: usize = 1 << 10;
/// Subjects are always written as codes, however long the list of names gets.
const NAMES_BYTES: usize = 1 << 30;

/// Numbers are written as codes while there are few different ones: 65,536, of eight bytes each. What sensors measure
/// repeats itself, and codes are read several times as fast as numbers that were compressed.
const NUMBERS_BYTES: usize = 512 << 10;

/// The schema of every file.
pub(crate) fn columns() -> Result<Arc<Type>, ParquetError> {
    parse_message_type(COLUMNS).map(Arc::new)
}

/// How columns are stored. Names become codes, times become differences; both are short then, and what repeats in them
/// is left to the compression.
pub(crate) fn properties() -> WriterProperties {
    let column = |name: &str| ColumnPath::from(name);
    let sorted_by = |column_idx| SortingColumn { column_idx, descending: false, nulls_first: false };
    WriterProperties::builder()
        .set_created_by(concat!("bartizan ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_sorting_columns(Some(vec![sorted_by(0), sorted_by(1), sorted_by(2)]))
        .set_compression(Compression::LZ4_RAW)
        .set_dictionary_page_size_limit(NAMES_BYTES)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(BATCH_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_statistics_truncate_length(None)
        .set_max_row_group_row_count(None)
        .set_column_dictionary_enabled(column("time"), false)
        .set_column_encoding(column("time"), Encoding::DELTA_BINARY_PACKED)
        .set_column_dictionary_page_size_limit(column("number"), NUMBERS_BYTES)
        .set_column_encoding(column("number"), Encoding::PLAIN)
        .build()
}

/// The text under [`INDEX_KEY`] of a file that was read.
pub(crate) fn index_text(pairs: Option<&Vec<KeyValue>>) -> Option<&str> {
    pairs?.iter().find(|pair| pair.key == INDEX_KEY)?.value.as_deref()
}
