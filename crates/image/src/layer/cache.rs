//! What was found in a layer, kept on disk under the layer's digest, so that a known layer is never read again.
//!
//! The key is the digest of the uncompressed layer, which every engine verifies before it unpacks one, and the version of
//! the analyzers. An entry that cannot be read, or is of another layer, is as good as none.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::Facts;
use crate::analyze;
use crate::digest::Digest;

/// Bytes in an entry; a larger one was not written here.
const ENTRY_BYTES_MAX: u64 = 64 << 20;

/// A folder of entries.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// In a folder, which is made when the first entry is kept. Entries of other versions lie beside and are not touched.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.join("layers").join(format!("v{}", analyze::VERSION)) }
    }

    fn path(&self, layer: Digest) -> PathBuf {
        let hex = layer.hex();
        self.folder.join(hex.get(..2).unwrap_or_default()).join(format!("{hex}.json"))
    }

    /// What is known of a layer.
    #[must_use]
    pub fn get(&self, layer: Digest) -> Option<Facts> {
        let mut bytes = Vec::new();
        fs::File::open(self.path(layer)).ok()?.take(ENTRY_BYTES_MAX).read_to_end(&mut bytes).ok()?;
        let facts: Facts = serde_json::from_slice(&bytes).ok()?;
        (facts.digest == Some(layer)).then_some(facts)
    }

    /// Keeps what was found in a layer, all of it or nothing.
    ///
    /// # Errors
    /// The folder cannot be written to. A scan is right all the same.
    pub fn put(&self, facts: &Facts) -> io::Result<()> {
        let Some(layer) = facts.digest else { return Ok(()) };
        let path = self.path(layer);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&beside, serde_json::to_vec(facts)?)?;
        fs::rename(&beside, &path)
    }
}
