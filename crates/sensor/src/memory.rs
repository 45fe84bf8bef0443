//! What a sensor remembers between runs: when it saw each image first, and when it scanned it last.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use bartizan_agent::durable;
use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

use crate::registry::Listed;

const FILE: &str = "images.json";
/// Bytes of the file: a hundred thousand images.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// One image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// When it was seen first.
    pub seen: Timestamp,
    /// When a scan of it succeeded last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanned: Option<Timestamp>,
    /// When a scan of it failed last, and why; forgotten when one succeeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<(Timestamp, String)>,
}

/// All images, by digest.
#[derive(Debug)]
pub struct Memory {
    folder: PathBuf,
    images: BTreeMap<String, Remembered>,
    changed: bool,
}

impl Memory {
    /// Reads what was remembered. A file that cannot be understood is as good as none: every image is then scanned again.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        let bytes = match std::fs::metadata(&path) {
            Ok(about) if about.len() <= FILE_BYTES_MAX => std::fs::read(&path)?,
            Ok(_) => Vec::new(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let images = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Self { folder: folder.to_owned(), images, changed: false })
    }

    /// One image; noted as seen now if it was not known.
    pub fn see(&mut self, sha: &str, now: Timestamp) -> Remembered {
        if let Some(known) = self.images.get(sha) {
            return known.clone();
        }
        self.changed = true;
        let new = Remembered { seen: now, ..Remembered::default() };
        self.images.insert(sha.to_owned(), new.clone());
        new
    }

    /// Notes that a scan succeeded.
    pub fn scanned(&mut self, sha: &str, at: Timestamp) {
        if let Some(known) = self.images.get_mut(sha) {
            (known.scanned, known.failed) = (Some(at), None);
            self.changed = true;
        }
    }

    /// Notes that a scan failed.
    pub fn failed(&mut self, sha: &str, at: Timestamp, why: String) {
        if let Some(known) = self.images.get_mut(sha) {
            known.failed = Some((at, why));
            self.changed = true;
        }
    }

    /// Forgets all but these images.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        let before = self.images.len();
        self.images.retain(|sha, _| keep(sha));
        self.changed |= self.images.len() != before;
    }

    /// Writes what is remembered, if it has changed; durable when it returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn save(&mut self) -> io::Result<()> {
        if self.changed {
            let text = serde_json::to_vec(&self.images)?;
            durable::write(&self.folder, FILE, &text)?;
            self.changed = false;
        }
        Ok(())
    }
}

const REGISTRIES: &str = "registries.json";

/// What a sensor remembers of registries: what each held when it was listed last, and which runs were made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shelf {
    /// By the registry's id.
    #[serde(default)]
    pub registries: BTreeMap<String, Shelved>,
}

/// One registry.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shelved {
    /// Its images, by digest.
    #[serde(default)]
    pub images: BTreeMap<String, Listed>,
    /// The time of the latest run of each schedule that was made.
    #[serde(default)]
    pub runs: BTreeMap<String, Timestamp>,
}

impl Shelf {
    /// Reads what was remembered; what cannot be understood is as good as nothing: registries are then listed again.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(folder: &Path) -> io::Result<Self> {
        match std::fs::read(folder.join(REGISTRIES)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes it; durable when it returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        durable::write(folder, REGISTRIES, &serde_json::to_vec(self)?)
    }
}
