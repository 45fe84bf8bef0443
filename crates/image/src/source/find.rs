//! All images below a folder.

use std::io;
use std::path::{Path, PathBuf};

use super::choose::candidates;
use super::{Folder, Platform, SourceError, Store as _};
use crate::digest::Digest;
use crate::limits::{FIND_DEPTH_MAX, FIND_FOLDERS_MAX, FIND_IMAGES_MAX, MANIFEST_BYTES_MAX};

/// Marks a folder as an OCI layout.
const MARK: &str = "oci-layout";

/// An image that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The folder of its layout.
    pub layout: PathBuf,
    /// Its names there, if any.
    pub names: Vec<String>,
    /// Of its manifest.
    pub digest: Digest,
    /// What it runs on, if anything says.
    pub platform: Option<Platform>,
}

/// What could not be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// By layout, in the order of paths.
    pub images: Vec<Named>,
    /// Where there may be more.
    pub missed: Vec<Missed>,
}

impl Found {
    fn miss(&mut self, path: PathBuf, why: impl Into<String>) {
        self.missed.push(Missed { path, why: why.into() });
    }

    /// Whether the limit of images is reached.
    fn full(&mut self, path: &Path) -> bool {
        let full = self.images.len() >= FIND_IMAGES_MAX;
        if full {
            self.miss(path.to_owned(), format!("{FIND_IMAGES_MAX} images were found; there may be more"));
        }
        full
    }
}

/// Finds the images of all OCI layouts in a folder and below. Symbolic links are not followed, apart from the folder itself,
/// because one may lead anywhere. What is in a layout is not searched for more.
///
/// There is no error: whatever cannot be read is part of the answer.
#[must_use]
pub fn find(root: &Path) -> Found {
    let mut found = Found::default();
    let mut waiting = vec![(root.to_owned(), 0)];
    let mut folders = 0;
    while let Some((folder, depth)) = waiting.pop() {
        folders += 1;
        if folders > FIND_FOLDERS_MAX {
            found.miss(folder, format!("{FIND_FOLDERS_MAX} folders were looked into; there may be more"));
            return found;
        }
        if is_layout(&folder) {
            if found.full(&folder) {
                return found;
            }
            if let Err(error) = list(&folder, &mut found) {
                found.miss(folder, error.to_string());
            }
            continue;
        }
        match within(&folder) {
            Ok(inner) if depth >= FIND_DEPTH_MAX => {
                if !inner.is_empty() {
                    found.miss(folder, format!("it is {FIND_DEPTH_MAX} folders deep; there may be more"));
                }
            }
            Ok(inner) => waiting.extend(inner.into_iter().map(|path| (path, depth + 1))),
            // What a running system removes meanwhile was no place for images.
            Err(error) if depth > 0 && error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => found.miss(folder, error.to_string()),
        }
    }
    found
}

fn is_layout(folder: &Path) -> bool {
    folder.join(MARK).symlink_metadata().is_ok_and(|about| about.is_file())
}

/// Folders in a folder, the last first, so that the first is taken from a stack first.
fn within(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut inner = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            inner.push(entry.path());
        }
    }
    inner.sort_by(|a, b| b.cmp(a));
    Ok(inner)
}

fn list(layout: &Path, found: &mut Found) -> Result<(), SourceError> {
    let store = Folder::new(layout);
    let index = store.small("index.json", MANIFEST_BYTES_MAX)?;
    let index = index.ok_or_else(|| SourceError::Absent("index.json".into()))?;
    let (candidates, absent) = candidates(&store, &index)?;
    if let Some(name) = absent {
        found.miss(layout.to_owned(), SourceError::Absent(name).to_string());
    }
    let images = candidates.into_iter().map(|candidate| Named {
        layout: layout.to_owned(),
        names: candidate.names,
        digest: candidate.manifest,
        platform: candidate.platform,
    });
    found.images.extend(images);
    Ok(())
}
