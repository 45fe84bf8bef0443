//! Writing a file: whole and durable, or not at all.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bartizan_ledger::StoreError;
use parquet::data_type::{ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::ColumnDescPtr;

use super::coded::{self, Coded};
use super::index::{FORMAT, Group, Index};
use super::rows::{Cells, Rows};
use super::schema::{AT, INDEX_KEY, NUMBER, SUBJECT, TEXTS, columns, properties};
use super::segment::{Name, Segment};
use crate::append::sync_folder;
use crate::fault::not_written;

/// Groups of a file at most: the format counts no further than 32,767.
const GROUPS_MAX: usize = 32_000;
/// Rows that are given to the encoder at once.
const BATCH: usize = 1 << 12;

/// A file that nobody sees before it is finished.
pub(crate) struct Writer {
    path: PathBuf,
    writer: SerializedFileWriter<Summed>,
    groups: Vec<Group>,
    /// Bytes until the end of the last group.
    written: u64,
}

impl Writer {
    /// Starts a file of this name.
    pub(crate) fn create(folder: &Path, name: Name) -> Result<Self, StoreError> {
        let path = name.new_path(folder);
        let said = |error: std::io::Error| not_written(&path, &error);
        let file = File::options().write(true).create(true).truncate(true).open(&path).map_err(said)?;
        let made = columns().and_then(|columns| {
            SerializedFileWriter::new(Summed { file, crc: crc32fast::Hasher::new() }, columns, Arc::new(properties()))
        });
        let mut writer =
            Self { writer: made.map_err(|error| failed(&path, &error))?, path, groups: Vec::new(), written: 0 };
        writer.sum()?;
        Ok(writer)
    }

    /// Writes the rows of a measure as a group.
    pub(crate) fn group(&mut self, measure: &Arc<str>, rows: &Rows) -> Result<(), StoreError> {
        if self.groups.len() >= GROUPS_MAX {
            return Err(StoreError::Failed(format!(
                "samples of more than {GROUPS_MAX} measures are too much to be stored together: write fewer at once"
            )));
        }
        let (Some(from), Some(to)) = (rows.at.iter().min(), rows.at.iter().max()) else { return Ok(()) };
        let Some((first, last)) = rows.subjects() else { return Ok(()) };
        let (from, to, offset) = (*from, *to, self.written);
        let columns = self.writer.schema_descr().columns().to_vec();
        let encoded = self.writer.next_row_group().and_then(|group| encode(group, &columns, measure, rows));
        encoded.map_err(|error| failed(&self.path, &error))?;
        let crc = self.sum()?;
        self.groups.push(Group {
            measure: Arc::clone(measure),
            texts: matches!(rows.cells, Cells::Texts(_)),
            // at most GROUP_ROWS_MAX
            rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            first: Arc::clone(first),
            last: Arc::clone(last),
            from,
            to,
            offset,
            length: self.written - offset,
            crc,
        });
        Ok(())
    }

    /// The checksum of what was written since the last.
    fn sum(&mut self) -> Result<u32, StoreError> {
        self.writer.flush().map_err(|error| not_written(&self.path, &error))?;
        self.written = self.writer.bytes_written() as u64;
        // nothing is written around the sum: only the sum is exchanged
        let crc = std::mem::take(&mut self.writer.inner_mut().crc);
        Ok(crc.finalize())
    }

    /// Gives the file its name, by which readers find it from now on; it is durable when this returns.
    pub(crate) fn finish(mut self, name: Name, level: u8, sealed: Option<u64>) -> Result<Segment, StoreError> {
        let index = Index { format: FORMAT, level, sealed, groups: std::mem::take(&mut self.groups) };
        let text = index.text().map_err(|error| StoreError::Failed(format!("an index cannot be written: {error}")))?;
        self.writer.append_key_value_metadata(KeyValue::new(INDEX_KEY.to_owned(), text));
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let segment = Segment::new(&folder, name, index);
        self.writer.finish().map_err(|error| failed(&self.path, &error))?;
        let said = |error: std::io::Error| not_written(&self.path, &error);
        self.writer.inner().file.sync_all().map_err(said)?;
        std::fs::rename(&self.path, segment.path()).map_err(said)?;
        sync_folder(&folder)?;
        // it has its name: there is nothing left to remove
        self.path = PathBuf::new();
        Ok(segment)
    }
}

impl Drop for Writer {
    /// What was not finished is not kept.
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // opening the folder removes what is left of it
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn failed(path: &Path, error: &ParquetError) -> StoreError {
    if let ParquetError::External(cause) = error
        && let Some(cause) = cause.downcast_ref::<std::io::Error>()
    {
        return not_written(path, cause);
    }
    StoreError::Failed(format!("`{}` cannot be written: {error}", path.display()))
}

/// A file, and the checksum of what was written to it.
#[derive(Debug)]
struct Summed {
    file: File,
    crc: crc32fast::Hasher,
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.crc.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn encode(
    mut group: SerializedRowGroupWriter<'_, Summed>,
    columns: &[ColumnDescPtr],
    measure: &Arc<str>,
    rows: &Rows,
) -> Result<(), ParquetError> {
    let count = rows.len();
    for (place, column) in columns.iter().enumerate() {
        let coded = match (place, &rows.cells) {
            (0, _) => Some(coded::plain(column, std::slice::from_ref(measure), &vec![0; count])?),
            (SUBJECT, _) => Some(coded::plain(column, rows.names.all(), &rows.subject)?),
            (TEXTS, Cells::Texts(sets)) => Some(coded::sets(column, sets)?),
            _ => None,
        };
        if let Some(Coded { bytes, close }) = coded {
            group.append_column(&bytes, close)?;
            continue;
        }
        let Some(mut column) = group.next_column()? else { break };
        let absent = vec![0; BATCH.min(count)];
        match (place, &rows.cells) {
            (AT, _) => {
                column.typed::<Int64Type>().write_batch(&rows.at, None, None)?;
            }
            (NUMBER, Cells::Numbers(numbers)) => {
                let there = vec![1; BATCH.min(count)];
                let writer = column.typed::<DoubleType>();
                for batch in numbers.chunks(BATCH) {
                    writer.write_batch(batch, there.get(..batch.len()), None)?;
                }
            }
            (NUMBER, Cells::Texts(_)) => {
                let writer = column.typed::<DoubleType>();
                in_batches(count, |range| writer.write_batch(&[], absent.get(..range.len()), None))?;
            }
            _ => {
                let writer = column.typed::<ByteArrayType>();
                in_batches(count, |range| {
                    writer.write_batch(&[], absent.get(..range.len()), absent.get(..range.len()))
                })?;
            }
        }
        column.close()?;
    }
    group.close()?;
    Ok(())
}

fn in_batches<T>(
    count: usize,
    mut write: impl FnMut(std::ops::Range<usize>) -> Result<T, ParquetError>,
) -> Result<(), ParquetError> {
    for start in (0..count).step_by(BATCH) {
        write(start..count.min(start + BATCH))?;
    }
    Ok(())
}
