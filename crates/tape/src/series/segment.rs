//! One file of samples, as it is known in memory.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use bartizan_ledger::StoreError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::index::{FORMAT, Index, NoIndex};
use super::schema::index_text;
use crate::fault::{not_read, unreadable};

/// Which writes are in a file: one, or several in a row that were merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Digits of each number in a name, so that names sort as the numbers do.
const DIGITS: usize = 12;
/// What readers of the folder look for.
const EXTENSION: &str = "parquet";
/// Of a file that is not finished.
pub(crate) const NEW: &str = "new";
/// Of a file that is only kept for who reads it at the moment.
pub(crate) const DEAD: &str = "dead";

impl Name {
    fn file(self, extension: &str) -> String {
        let Self { first, last } = self;
        format!("{first:0DIGITS$}-{last:0DIGITS$}.{extension}")
    }

    pub(crate) fn path(self, folder: &Path) -> PathBuf {
        folder.join(self.file(EXTENSION))
    }

    pub(crate) fn new_path(self, folder: &Path) -> PathBuf {
        folder.join(self.file(NEW))
    }

    /// The name of a file, if it is one of these.
    pub(crate) fn of(file: &str) -> Option<Self> {
        let (first, last) = file.strip_suffix(EXTENSION)?.strip_suffix('.')?.split_once('-')?;
        let name = Self { first: first.parse().ok()?, last: last.parse().ok()? };
        (name.file(EXTENSION) == file && name.first <= name.last).then_some(name)
    }

    /// Whether everything in the other is in this.
    pub(crate) fn covers(self, other: Self) -> bool {
        self != other && self.first <= other.first && other.last <= self.last
    }
}

/// A file that is whole and durable. It stays readable for who has it, also when it is replaced or pruned meanwhile.
#[derive(Debug)]
pub(crate) struct Segment {
    folder: PathBuf,
    pub(crate) name: Name,
    pub(crate) index: Index,
    doomed: AtomicBool,
}

impl Segment {
    pub(crate) fn new(folder: &Path, name: Name, index: Index) -> Self {
        Self { folder: folder.to_owned(), name, index, doomed: AtomicBool::new(false) }
    }

    /// Learns what is in a file.
    ///
    /// # Errors
    /// It does not read back, or was written by a newer version.
    pub(crate) fn learn(folder: &Path, name: Name) -> Result<Self, StoreError> {
        let path = name.path(folder);
        let file = File::open(&path).map_err(|error| not_read(&path, &error))?;
        let (_, index) = metadata(&path, &file)?;
        Ok(Self::new(folder, name, index))
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.name.path(&self.folder)
    }

    fn dead_path(&self) -> PathBuf {
        self.folder.join(self.name.file(DEAD))
    }

    /// Opens the file and reads its metadata again: between reads only the index is kept.
    pub(crate) fn open(&self) -> Result<(File, ParquetMetaData), StoreError> {
        let path = self.path();
        let file = match File::open(&path) {
            Ok(file) => file,
            // replaced or pruned since the list was taken
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                File::open(self.dead_path()).map_err(|_| not_read(&path, &error))?
            }
            Err(error) => return Err(not_read(&path, &error)),
        };
        let (metadata, index) = metadata(&path, &file)?;
        if index != self.index {
            return Err(unreadable(&path, "it is not the file that was there before"));
        }
        Ok((file, metadata))
    }

    /// Nobody finds it any more; it is gone when the last reader is done.
    pub(crate) fn doom(&self) -> std::io::Result<()> {
        std::fs::rename(self.path(), self.dead_path())?;
        self.doomed.store(true, Ordering::Release);
        Ok(())
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        if self.doomed.load(Ordering::Acquire) {
            // opening the folder removes what is left
            let _ = std::fs::remove_file(self.dead_path());
        }
    }
}

/// A file's metadata, of which only the index is to be trusted.
fn metadata(path: &Path, file: &File) -> Result<(ParquetMetaData, Index), StoreError> {
    let metadata =
        ParquetMetaDataReader::new().parse_and_finish(file).map_err(|error| unreadable(path, &error.to_string()))?;
    let text = index_text(metadata.file_metadata().key_value_metadata())
        .ok_or_else(|| unreadable(path, "this program has not written it"))?;
    let index = Index::read(text).map_err(|error| match error {
        NoIndex::Damaged => unreadable(path, "its index has changed"),
        NoIndex::Newer(format) => StoreError::Failed(format!(
            "`{}` was written by a newer version of this program (its format is {format}, this version knows {FORMAT}): \
             start the newer version",
            path.display()
        )),
    })?;
    if metadata.num_row_groups() != index.groups.len() {
        return Err(unreadable(path, "its index is not of this file"));
    }
    Ok((metadata, index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_inside() {
        let name = Name { first: 7, last: 12 };
        let file = name.file(EXTENSION);
        assert_eq!(file, "000000000007-000000000012.parquet");
        assert_eq!(Name::of(&file), Some(name));
        for foreign in
            ["7-12.parquet", "000000000012-000000000007.parquet", "000000000007-000000000012.new", "a.parquet"]
        {
            assert_eq!(Name::of(foreign), None, "{foreign}");
        }
        assert!(name.covers(Name { first: 7, last: 11 }) && name.covers(Name { first: 9, last: 9 }));
        assert!(!name.covers(name) && !name.covers(Name { first: 6, last: 8 }));
    }
}
