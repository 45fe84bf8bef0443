//! One layer: read once from its first byte to its last, with both digests verified, for the files that are wanted only.

pub mod cache;
pub mod facts;
mod mark;
pub mod unpack;
pub mod unpacked;
mod walk;

use std::io::{self, BufReader, Read};

use crate::digest::Digest;
use crate::limits::Limits;
use crate::stream::{Digests, PIECE_BYTES, Unpacked};
use crate::tar::{Tar, TarError};

pub use cache::Cache;
pub use facts::{Facts, Found};

/// What a layer must turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Digest of the bytes as they are stored; `None` where only the uncompressed ones have a name.
    pub stored: Option<Digest>,
    /// Digest of the uncompressed tar, from the image's configuration.
    pub plain: Option<Digest>,
}

/// Why a layer could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// As an archive.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// It cannot be read, or its compression is damaged.
    #[error("cannot read the layer: {0}")]
    Io(#[from] io::Error),
    /// It is not what the manifest or the configuration names.
    #[error(
        "the layer has the digest {found}, but the image names {expected}; fetch the image again, and do not run it"
    )]
    Digest {
        /// By the image.
        expected: Digest,
        /// Of the bytes.
        found: Digest,
    },
}

/// Reads a layer.
///
/// # Errors
/// See [`LayerError`]. Nothing of a layer counts whose digests do not match.
pub fn read(from: impl Read, expected: Expected, limits: &Limits) -> Result<Facts, LayerError> {
    let unpacked = Unpacked::new(from, limits.layer_bytes)?;
    let mut tar = Tar::new(BufReader::with_capacity(PIECE_BYTES, unpacked), limits.entries);
    let mut facts = walk::walk(&mut tar, limits)?;
    let digests = verified(tar, expected)?;
    facts.digest = Some(digests.plain);
    facts.bytes = digests.plain_bytes;
    Ok(facts)
}

/// What a layer turned out to be, once it was walked over.
fn verified<R: Read>(tar: Tar<BufReader<Unpacked<R>>>, expected: Expected) -> Result<Digests, LayerError> {
    let digests = tar.into_inner().into_inner().finish()?;
    // Digests are always wanted of a layer.
    let Some(digests) = digests else { return Err(io::Error::other("no digest was taken").into()) };
    for (expected, found) in [(expected.stored, digests.stored), (expected.plain, digests.plain)] {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(LayerError::Digest { expected, found });
        }
    }
    Ok(digests)
}
