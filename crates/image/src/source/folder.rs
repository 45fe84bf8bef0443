//! An OCI layout in a folder.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use super::{SourceError, Store, Visit};

/// The folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// At a path; nothing is looked at yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// A file below the folder. Names are made of digests or stand in the image; one that leads out is not there.
    fn open(&self, name: &str) -> Result<Option<File>, SourceError> {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Ok(None);
        }
        let path = self.path.join(name);
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(SourceError::Io { path, error }),
        }
    }
}

impl Store for Folder {
    fn shown(&self) -> &Path {
        &self.path
    }

    fn small(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let Some(file) = self.open(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = file.take(max + 1).read_to_end(&mut bytes);
        read.map_err(|error| SourceError::Io { path: self.path.join(name), error })?;
        if bytes.len() as u64 > max {
            return Err(SourceError::Limit { name: name.to_owned(), max, what: "bytes" });
        }
        Ok(Some(bytes))
    }

    fn each<E: From<SourceError>>(&self, names: &BTreeSet<String>, visit: &mut Visit<'_, E>) -> Result<(), E> {
        for name in names {
            if let Some(mut file) = self.open(name)? {
                visit(name, &mut file)?;
            }
        }
        Ok(())
    }
}
