//! Images on disk: which there are in a folder or an archive, which one is meant, and how its layers are read.
//!
//! A [`Store`] hands out bytes by name. The two on disk are [`Folder`] and [`Archive`]; a registry is one more, with the
//! same names: `blobs/sha256/<hex>`.

mod archive;
mod choose;
mod documents;
mod find;
mod folder;
mod platform;
pub mod stores;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::digest::{Digest, DigestError};
use crate::layer::Expected;

pub use archive::Archive;
pub use choose::{Choice, choose};
pub use find::{Found, Missed, Named, find};
pub use folder::Folder;
pub use platform::Platform;

/// Why no image could be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error("cannot read `{path}`: {error}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// As an archive.
    #[error("`{path}`: {error}")]
    Archive {
        /// Which.
        path: PathBuf,
        /// Why.
        error: crate::tar::TarError,
    },
    /// Neither form of image.
    #[error("`{0}` holds no image: neither `index.json` of an OCI layout nor `manifest.json` of `docker save`")]
    NoImage(PathBuf),
    /// Something that the image names is not there.
    #[error("the image names `{0}`, which is not there; copy the image again")]
    Absent(String),
    /// A document is not what it should be.
    #[error("`{name}` is no {what}: {why}")]
    Document {
        /// Which.
        name: String,
        /// What it should be.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// A digest of another kind.
    #[error("`{name}`: {error}")]
    Digest {
        /// Where it stands.
        name: String,
        /// What is wrong.
        error: DigestError,
    },
    /// The bytes are not those that were named.
    #[error("`{name}` has the digest {found}, which is not its own; copy the image again")]
    Altered {
        /// Which.
        name: String,
        /// Of the bytes.
        found: Digest,
    },
    /// Not an image that can be scanned.
    #[error("{0}")]
    Unsupported(String),
    /// Several images, or none, are what was asked for.
    #[error("{0}")]
    Choice(String),
    /// Beyond a limit.
    #[error("`{name}` is beyond the limit of {max} {what}")]
    Limit {
        /// Which.
        name: String,
        /// How many.
        max: u64,
        /// Of what.
        what: &'static str,
    },
}

/// What is done with each layer as it goes by.
pub type Visit<'a, E> = dyn FnMut(&str, &mut dyn Read) -> Result<(), E> + 'a;

/// Hands out bytes by name.
pub trait Store {
    /// For people.
    fn shown(&self) -> &Path;

    /// A small file as a whole; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read, or is larger than `max` bytes.
    fn small(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, SourceError>;

    /// Hands the named files to `visit`, each once, in whatever order they can be read in. A name that is not there is
    /// not visited.
    ///
    /// # Errors
    /// They cannot be read, or whatever `visit` says.
    fn each<E: From<SourceError>>(&self, names: &BTreeSet<String>, visit: &mut Visit<'_, E>) -> Result<(), E>
    where
        Self: Sized;

    /// The folder of a layer that is unpacked already; such a layer is not visited.
    fn unpacked(&self, _name: &str) -> Option<&Path> {
        None
    }
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Names with tags, as far as the source has any.
    pub names: Vec<String>,
    /// Of the manifest; `None` in archives of `docker save`, which have none.
    pub digest: Option<Digest>,
    /// Of the configuration: what engines call the image's id.
    pub id: Digest,
    /// What it runs on.
    pub platform: Platform,
    /// When it was made, as it says itself.
    pub created: String,
    /// From the bottom to the top.
    pub layers: Vec<Layer>,
}

/// One layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// By which the store hands it out.
    pub name: String,
    /// What it must turn out to be.
    pub expected: Expected,
    /// Stored bytes, as the manifest has it; 0 if nothing says.
    pub size: u64,
    /// The command that made it, if the image says.
    pub created_by: String,
    /// Why it is not read, if it is not.
    pub skipped: Option<&'static str>,
}

/// Either source on disk.
#[derive(Debug)]
pub enum Disk {
    /// An OCI layout.
    Folder(Folder),
    /// An archive with either form.
    Archive(Archive),
}

/// Opens what is at a path: a folder with an OCI layout, or an archive, compressed or not.
///
/// # Errors
/// See [`SourceError`].
pub fn open(path: &Path) -> Result<Disk, SourceError> {
    let about = std::fs::metadata(path).map_err(|error| SourceError::Io { path: path.to_owned(), error })?;
    if about.is_dir() { Ok(Disk::Folder(Folder::new(path))) } else { Archive::open(path).map(Disk::Archive) }
}

impl Store for Disk {
    fn shown(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder.shown(),
            Self::Archive(archive) => archive.shown(),
        }
    }

    fn small(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, SourceError> {
        match self {
            Self::Folder(folder) => folder.small(name, max),
            Self::Archive(archive) => archive.small(name, max),
        }
    }

    fn each<E: From<SourceError>>(&self, names: &BTreeSet<String>, visit: &mut Visit<'_, E>) -> Result<(), E> {
        match self {
            Self::Folder(folder) => folder.each(names, visit),
            Self::Archive(archive) => archive.each(names, visit),
        }
    }
}
