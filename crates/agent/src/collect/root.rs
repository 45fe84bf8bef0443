//! The folder that is read as if it were `/`.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bartizan_wire::Timestamp;

use crate::clock::timestamp;

use super::CollectError;

/// Bytes of the largest file that is read whole; a package database of 5,000 packages has 10 MB.
pub const FILE_BYTES_MAX: u64 = 256 << 20;

/// A host's file system: `/`, or a folder that holds a copy of what is read.
#[derive(Debug, Clone)]
pub struct Root(PathBuf);

impl Root {
    /// Reads under `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// True for the running machine itself, of which more can be asked than its files say.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.0 == Path::new("/")
    }

    /// Where `path`, given from `/`, is found.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }

    /// The content of a file; `None` if there is none.
    pub(crate) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, CollectError> {
        let path = self.path(path);
        match read_bounded(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(source) if is_absent(&source) => Ok(None),
            Err(source) => Err(CollectError::Read { path, source }),
        }
    }

    /// The content of a file that every machine of the kind has.
    pub(crate) fn require(&self, path: &str) -> Result<Vec<u8>, CollectError> {
        let path = self.path(path);
        read_bounded(&path).map_err(|source| CollectError::Read { path, source })
    }

    /// The first line of a file, without space around it; empty if it cannot be had.
    pub(crate) fn line(&self, path: &str) -> String {
        let bytes = self.read(path).ok().flatten().unwrap_or_default();
        String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().trim().to_owned()
    }

    /// The names of the files in a folder in order; none if there is no such folder.
    pub(crate) fn names(&self, path: &str) -> Result<Vec<String>, CollectError> {
        let path = self.path(path);
        let wrap = |source| CollectError::Read { path: path.clone(), source };
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(source) if is_absent(&source) => return Ok(Vec::new()),
            Err(source) => return Err(wrap(source)),
        };
        let mut names = Vec::new();
        for entry in entries {
            // Names that are not UTF-8 are none that dpkg or apt makes.
            if let Ok(name) = entry.map_err(wrap)?.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// When a file or folder was modified; `None` if there is none.
    pub(crate) fn modified(&self, path: &str) -> Option<Timestamp> {
        modified(&std::fs::metadata(self.path(path)).ok()?)
    }
}

pub(crate) fn modified(metadata: &Metadata) -> Option<Timestamp> {
    metadata.modified().ok().map(timestamp)
}

pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len().min(FILE_BYTES_MAX);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 256 MiB"));
    }
    Ok(bytes)
}
