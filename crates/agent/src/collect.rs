//! Reads a host: what it is, what is installed, and what its package manager could install.

mod blind;
mod database;
mod facts;
mod indices;
mod inflate;
mod lists;
pub mod network;
mod root;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use bartizan_host::index::Content;
use bartizan_host::observe::{Facts, Inventory};
use bartizan_wire::Timestamp;

pub use inflate::Compression;
pub use root::{FILE_BYTES_MAX, Root};

use blind::Blind;

/// Reads a host again and again, and only what has changed since the last time.
#[derive(Debug)]
pub struct Collector {
    root: Root,
    memory: indices::Memory,
}

/// How far a slow read has come: a call for each piece of an index, of some 64 KiB when decompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file that is read.
    pub file: &'a str,
    /// Bytes of it that were read.
    pub read: u64,
    /// Bytes that it has.
    pub length: u64,
}

/// Why a host could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// It has no package database of a kind that is read.
    #[error("{0}")]
    Unsupported(Unsupported),
    /// A file is there but cannot be read.
    #[error("cannot read `{}`: {source}; run the agent as a user who may", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A host without a package database that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// `PRETTY_NAME` of os-release; empty if there is none.
    pub system: String,
    /// Where the database was looked for.
    pub path: PathBuf,
}

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let system = if self.system.is_empty() { "an unknown system" } else { &self.system };
        write!(
            f,
            "`{system}` has no package database at `{}`; Debian, Ubuntu and systems made from them are read",
            self.path.display()
        )
    }
}

/// What the host under `root` is, apart from what its package database says.
///
/// # Errors
/// A file of the host is there and cannot be read.
pub fn host_facts(root: &Root) -> Result<Facts, CollectError> {
    facts::read(root)
}

impl Collector {
    /// Reads under `root`.
    #[must_use]
    pub fn new(root: Root) -> Self {
        Self { root, memory: indices::Memory::new() }
    }

    /// Reads the host as it is at `now`. What is malformed or unreadable in parts is named in [`Inventory::blind`].
    ///
    /// # Errors
    /// There is no package database, or a file of the host cannot be read at all.
    pub fn collect(
        &mut self,
        instance: &str,
        now: Timestamp,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Inventory, CollectError> {
        self.gather(instance, now, progress, None)
    }

    /// Reads the host and the contents of its indices, by digest, in one pass: for whoever judges it at once.
    ///
    /// # Errors
    /// As for [`Collector::collect`].
    pub fn collect_whole(
        &mut self,
        instance: &str,
        now: Timestamp,
    ) -> Result<(Inventory, BTreeMap<String, Content>), CollectError> {
        let mut contents = BTreeMap::new();
        let inventory = self.gather(instance, now, &mut |_| {}, Some(&mut contents))?;
        Ok((inventory, contents))
    }

    fn gather(
        &mut self,
        instance: &str,
        now: Timestamp,
        progress: &mut dyn FnMut(Progress<'_>),
        contents: Option<&mut BTreeMap<String, Content>>,
    ) -> Result<Inventory, CollectError> {
        let mut blind = Blind::default();
        let mut facts = facts::read(&self.root)?;
        let installed = database::installed(&self.root, &mut facts, &mut blind)?;
        let indices = indices::read(&self.root, &mut self.memory, &mut blind, progress, contents)?;
        if indices.is_empty() {
            blind.say("apt holds no package indices: run `apt update`".to_owned());
        }
        let refreshed_at = if indices.is_empty() { None } else { self.refreshed_at() };
        self.preferences(&mut blind);
        Ok(Inventory {
            instance: instance.to_owned(),
            captured_at: now,
            facts,
            installed,
            indices,
            refreshed_at,
            blind: blind.into_lines(),
        })
    }

    /// What the host is, for its registration.
    ///
    /// # Errors
    /// As for [`Collector::collect`].
    pub fn facts(&self) -> Result<Facts, CollectError> {
        let mut facts = facts::read(&self.root)?;
        database::installed(&self.root, &mut facts, &mut Blind::default())?;
        Ok(facts)
    }

    /// The content of an index of the last collection; `None` if apt has replaced it since.
    ///
    /// # Errors
    /// It is there but cannot be read.
    pub fn index(&self, digest: &str) -> io::Result<Option<Content>> {
        indices::content(&self.memory, digest)
    }

    /// Changes when packages or indices do: the times of the files and folders that dpkg and apt write.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(WATCHED.map(|path| self.root.modified(path)))
    }

    /// apt gives index files the time that the server said, so only folders and stamps tell when it last looked.
    fn refreshed_at(&self) -> Option<Timestamp> {
        let stamps = [indices::LISTS, "/var/lib/apt/lists/partial", "/var/lib/apt/periodic/update-success-stamp"];
        stamps.into_iter().filter_map(|path| self.root.modified(path)).max()
    }

    fn preferences(&self, blind: &mut Blind) {
        let files = self.root.names("/etc/apt/preferences.d").unwrap_or_default();
        // apt's own rule for the names in such a folder.
        let counts = |name: &String| name.ends_with(".pref") || !name.contains('.');
        if self.root.path("/etc/apt/preferences").exists() || files.iter().any(counts) {
            blind.say("apt is told which versions to prefer in /etc/apt/preferences, which is not read".to_owned());
        }
    }
}

const WATCHED: [&str; 4] =
    ["/var/lib/dpkg/status", "/var/lib/dpkg/status.d", indices::LISTS, "/var/lib/apt/periodic/update-success-stamp"];

/// See [`Collector::fingerprint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([Option<Timestamp>; WATCHED.len()]);
