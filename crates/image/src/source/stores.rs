//! Images and containers in the stores of engines on this machine, read from disk: no daemon is asked, and nothing is changed.
//!
//! | engine | store | layers |
//! |---|---|---|
//! | Docker | `/var/lib/docker` | unpacked (overlay2, fuse-overlayfs, vfs) |
//! | Podman, Buildah, CRI-O | `/var/lib/containers/storage` | unpacked (overlay, vfs) |
//! | containerd | `/var/lib/containerd` | as they were pulled |

pub mod bolt;
mod containerd;
mod containers;
mod docker;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::choose::{document_of, finish, parse};
use super::documents::Config;
use super::{Folder, Image, Layer, Missed, SourceError, Store, Visit};
use crate::digest::Digest;
use crate::layer::Expected;
use crate::limits::{CONFIG_BYTES_MAX, FIND_IMAGES_MAX, LAYERS_MAX};

/// Bytes of a list that an engine keeps.
const LIST_BYTES_MAX: u64 = 64 << 20;
/// Names of one image that are looked at.
const NAMES_MAX: usize = 1024;

/// The stores of one engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Docker, with its own store of images.
    Docker,
    /// Podman, Buildah and CRI-O.
    Containers,
    /// containerd; also Docker, where it keeps its images in there.
    Containerd,
}

impl Engine {
    /// All, with where their stores usually are.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Docker, "/var/lib/docker"),
        (Self::Containers, "/var/lib/containers/storage"),
        (Self::Containerd, "/var/lib/containerd"),
    ];

    /// For people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Containers => "containers",
            Self::Containerd => "containerd",
        }
    }
}

/// An image in the store of an engine.
#[derive(Debug, Clone)]
pub struct Held {
    /// What it is; its layers are named as [`Held::store`] hands them out.
    pub image: Image,
    /// All that it is called, with tags and with digests.
    pub names: Vec<String>,
    /// Its layers.
    pub store: EngineStore,
}

/// A container of an engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contained {
    /// 64 hexadecimal digits, or what containerd was told.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The digest of its image's configuration, if the store tells it: 64 hexadecimal digits.
    pub image_sha: Option<String>,
    /// What it was started from.
    pub image_name: Option<String>,
    /// `RUNNING`, `STOPPED`, `PAUSED`, `CREATED` or `UNKNOWN`.
    pub state: &'static str,
    /// When it was made, as the store says it: a time of RFC 3339, or empty.
    pub created: String,
    /// The command that it runs.
    pub command: String,
}

/// What a store holds.
#[derive(Debug, Default)]
pub struct Inside {
    /// Its images.
    pub images: Vec<Held>,
    /// Its containers.
    pub containers: Vec<Contained>,
    /// What could not be read.
    pub missed: Vec<Missed>,
}

impl Inside {
    fn miss(&mut self, path: &Path, why: impl Into<String>) {
        self.missed.push(Missed { path: path.to_owned(), why: why.into() });
    }
}

/// Reads the store of an engine. A store that is not there holds nothing; whatever cannot be read is part of the answer.
#[must_use]
pub fn inside(engine: Engine, root: &Path) -> Inside {
    let mut inside = Inside::default();
    if !root.is_dir() {
        return inside;
    }
    match engine {
        Engine::Docker => docker::read(root, &mut inside),
        Engine::Containers => containers::read(root, &mut inside),
        Engine::Containerd => containerd::read(root, &mut inside),
    }
    if inside.images.len() > FIND_IMAGES_MAX {
        inside.images.truncate(FIND_IMAGES_MAX);
        inside.miss(root, format!("{FIND_IMAGES_MAX} images were found; there may be more"));
    }
    inside
}

/// Layers of one image in the store of an engine.
#[derive(Debug, Clone)]
pub enum EngineStore {
    /// Folders by name.
    Unpacked {
        /// For people.
        shown: PathBuf,
        /// Of each layer.
        folders: BTreeMap<String, PathBuf>,
    },
    /// Blobs, as they were pulled.
    Blobs(Folder),
}

impl Store for EngineStore {
    fn shown(&self) -> &Path {
        match self {
            Self::Unpacked { shown, .. } => shown,
            Self::Blobs(folder) => folder.shown(),
        }
    }

    fn small(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, SourceError> {
        match self {
            Self::Unpacked { .. } => Ok(None),
            Self::Blobs(folder) => folder.small(name, max),
        }
    }

    fn each<E: From<SourceError>>(&self, names: &BTreeSet<String>, visit: &mut Visit<'_, E>) -> Result<(), E> {
        match self {
            Self::Unpacked { .. } => Ok(()),
            Self::Blobs(folder) => folder.each(names, visit),
        }
    }

    fn unpacked(&self, name: &str) -> Option<&Path> {
        match self {
            Self::Unpacked { folders, .. } => folders.get(name).map(PathBuf::as_path),
            Self::Blobs(_) => None,
        }
    }
}

/// Where the unpacked layers of an image are, from the bottom to the top; of a store that copies all lower layers into each, the
/// topmost one alone, which has everything.
enum Folders {
    Each(Vec<PathBuf>),
    Whole(PathBuf),
}

/// An image of unpacked layers, by its configuration.
fn of_config(id: Digest, bytes: &[u8], shown: &Path, folders: Folders) -> Result<(Image, EngineStore), SourceError> {
    let found = Digest::of(bytes);
    if found != id {
        return Err(SourceError::Altered { name: id.to_string(), found });
    }
    let config: Config = parse(&id.to_string(), "configuration of an image", bytes)?;
    let count = config.rootfs.diff_ids.as_deref().unwrap_or_default().len();
    let layer = |name: String| Layer {
        name,
        expected: Expected { stored: None, plain: None },
        size: 0,
        created_by: String::new(),
        skipped: None,
    };
    let mut image = finish(Vec::new(), None, id, &config, (0..count).map(|place| layer(place.to_string())).collect())?;
    let folders = match folders {
        Folders::Each(folders) => {
            // What a folder holds is told apart by what it was unpacked from, and by where it lies.
            (0..).map(|place: usize| place.to_string()).zip(folders).collect()
        }
        Folders::Whole(folder) => {
            let chain = chain_of(bytes).last().copied();
            let mut whole = layer("whole".to_owned());
            whole.expected.plain = chain;
            image.layers = vec![whole];
            [("whole".to_owned(), folder)].into()
        }
    };
    Ok((image, EngineStore::Unpacked { shown: shown.to_owned(), folders }))
}

/// The names of an image's layers together with all those below [OCI image, layer ChainID]; none if one cannot be read.
fn chain_of(bytes: &[u8]) -> Vec<Digest> {
    let Ok(config) = serde_json::from_slice::<Config>(bytes) else { return Vec::new() };
    let mut chain: Vec<Digest> = Vec::new();
    for plain in config.rootfs.diff_ids.unwrap_or_default().iter().take(LAYERS_MAX) {
        let Ok(plain) = plain.parse::<Digest>() else { return Vec::new() };
        let next = match chain.last() {
            None => plain,
            Some(below) => Digest::of(format!("{below} {plain}").as_bytes()),
        };
        chain.push(next);
    }
    chain
}

/// A file of an engine as a whole; `None` if there is none.
fn whole(path: &Path, max: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(max + 1).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if bytes.len() as u64 > max {
        return Err(io::Error::other(format!("it is larger than {max} bytes")));
    }
    Ok(Some(bytes))
}

/// A list that an engine keeps as JSON; nothing if there is none, or if it cannot be read, which is told.
fn list<T: DeserializeOwned + Default>(path: &Path, inside: &mut Inside) -> T {
    let read = whole(path, LIST_BYTES_MAX).and_then(|bytes| match bytes {
        None => Ok(T::default()),
        Some(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
    });
    read.unwrap_or_else(|error| {
        inside.miss(path, error.to_string());
        T::default()
    })
}

fn config(path: &Path) -> io::Result<Vec<u8>> {
    whole(path, CONFIG_BYTES_MAX)?.ok_or_else(|| io::ErrorKind::NotFound.into())
}
