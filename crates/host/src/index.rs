//! The portable form of a package index: what an agent sends once and every host that holds the same index refers to.
//!
//! [`Content`] is the canonical form: `bzindex` and a format byte, then groups of [`GROUP`] packages (the last one may have
//! fewer), then a zero. A group is the number of its packages and one column for each member of [`Row`]. A column is a
//! length for each package (0: the same text as the package before; otherwise one more than its bytes), followed by the
//! texts. Numbers are LEB128. On the way it is one zstd frame.
//!
//! The digest is the SHA-256 of the canonical form, not of the file that it came from: hosts that keep the same index
//! compressed in different ways share it, and whoever receives it can check it. Groups let an agent compute it without
//! holding the index: see [`Digester`].

mod column;
mod read;
mod write;

use std::io::Read;

use crate::observe::{Available, Index};

pub use read::Rows;
pub use write::{Builder, Digester, Output};

/// Packages in one index. Debian's largest has 70,000.
pub const PACKAGES_MAX: usize = 500_000;
/// Bytes in one text, such as a `Provides` field.
pub const VALUE_BYTES_MAX: usize = 256 << 10;
/// Bytes of an index with every repeated text written out, which is what it takes in memory.
pub const TEXT_BYTES_MAX: usize = 256 << 20;
/// Bytes of the canonical form.
pub const CONTENT_BYTES_MAX: usize = 64 << 20;
/// Bytes of the compressed form.
pub const COMPRESSED_BYTES_MAX: usize = 16 << 20;

/// The last byte is the format.
const MAGIC: &[u8; 8] = b"bzindex\x01";
/// Packages in a group.
pub const GROUP: usize = 1024;
const COLUMNS: usize = 8;
/// Compression windows above 16 MiB are refused: they cost memory before any content is seen.
const WINDOW_LOG_MAX: u32 = 24;
const LEVEL: i32 = 3;

/// One package of an index, borrowed. The members are those of [`Available`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row<'a> {
    /// Binary package name.
    pub name: &'a str,
    /// `amd64`, `all`.
    pub architecture: &'a str,
    /// Full version.
    pub version: &'a str,
    /// `Priority`.
    pub priority: &'a str,
    /// `Section`.
    pub section: &'a str,
    /// Source package, if it differs from the name.
    pub source: &'a str,
    /// `Pre-Depends` and `Depends`, joined with a comma.
    pub depends: &'a str,
    /// `Provides`.
    pub provides: &'a str,
}

/// Why bytes are no index, or an index is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Not zstd, or not made by [`Content::compress`].
    #[error("this is no package index; send what the agent made, unchanged")]
    Foreign,
    /// Made by a later version.
    #[error("package index of format {0}, but only format 1 is known; update the server")]
    Format(u8),
    /// Cut short or changed.
    #[error("damaged package index: {0}; send it again")]
    Damaged(&'static str),
    /// Above a limit.
    #[error("package index with more than {max} {what}")]
    Large {
        /// Of what.
        what: &'static str,
        /// How many are taken.
        max: usize,
    },
}

/// An index in its canonical form; whoever has one knows that it can be read.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    bytes: Vec<u8>,
    packages: usize,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("packages", &self.packages).field("bytes", &self.bytes.len()).finish()
    }
}

impl Content {
    /// SHA-256 of the canonical form, lower-case hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digester = Digester::default();
        digester.write(&self.bytes);
        digester.digest()
    }

    /// How many packages.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.packages
    }

    /// The form to send and to store.
    ///
    /// # Errors
    /// Larger than [`COMPRESSED_BYTES_MAX`].
    pub fn compress(&self) -> Result<Vec<u8>, IndexError> {
        let compressed =
            zstd::bulk::compress(&self.bytes, LEVEL).map_err(|_| IndexError::Damaged("it does not compress"))?;
        below(compressed.len(), COMPRESSED_BYTES_MAX, "compressed bytes")?;
        Ok(compressed)
    }

    /// Reads what [`Content::compress`] made. Memory stays within a small multiple of the limits above, whatever the bytes.
    ///
    /// # Errors
    /// See [`IndexError`].
    pub fn decompress(compressed: &[u8]) -> Result<Self, IndexError> {
        below(compressed.len(), COMPRESSED_BYTES_MAX, "compressed bytes")?;
        let mut decoder = zstd::stream::read::Decoder::with_buffer(compressed).map_err(|_| IndexError::Foreign)?;
        decoder.window_log_max(WINDOW_LOG_MAX).map_err(|_| IndexError::Foreign)?;
        // What the frame says of its size is a claim; within the limit, believing it saves growing.
        let claimed = zstd::zstd_safe::get_frame_content_size(compressed).ok().flatten().unwrap_or_default();
        let mut bytes = Vec::with_capacity(usize::try_from(claimed).unwrap_or_default().min(CONTENT_BYTES_MAX) + 1);
        let bound = CONTENT_BYTES_MAX as u64 + 1;
        if decoder.take(bound).read_to_end(&mut bytes).is_err() {
            return Err(if bytes.starts_with(MAGIC) {
                IndexError::Damaged("it is cut short")
            } else {
                IndexError::Foreign
            });
        }
        Self::from_bytes(bytes)
    }

    /// Takes the canonical form itself, checking all of it.
    ///
    /// # Errors
    /// See [`IndexError`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, IndexError> {
        below(bytes.len(), CONTENT_BYTES_MAX, "bytes")?;
        let mut rows = Rows::new(&bytes)?;
        let packages = rows.by_ref().count();
        match rows.fault() {
            Some(fault) => Err(fault),
            None => Ok(Self { bytes, packages }),
        }
    }

    /// The canonical form.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The packages in the order of the index, borrowed.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(&self.bytes).unwrap_or_default()
    }

    /// The packages, each with its own texts.
    #[must_use]
    pub fn to_index(&self) -> Index {
        let mut packages = Vec::with_capacity(self.packages);
        packages.extend(self.rows().map(|row| Available {
            name: row.name.to_owned(),
            architecture: row.architecture.to_owned(),
            version: row.version.to_owned(),
            priority: row.priority.to_owned(),
            section: row.section.to_owned(),
            source: row.source.to_owned(),
            depends: row.depends.to_owned(),
            provides: row.provides.to_owned(),
        }));
        Index { packages }
    }

    /// The canonical form of an index.
    ///
    /// # Errors
    /// It is larger than the limits.
    pub fn of(index: &Index) -> Result<Self, IndexError> {
        let mut builder = Builder::<Vec<u8>>::default();
        for package in &index.packages {
            builder.push(&Row {
                name: &package.name,
                architecture: &package.architecture,
                version: &package.version,
                priority: &package.priority,
                section: &package.section,
                source: &package.source,
                depends: &package.depends,
                provides: &package.provides,
            })?;
        }
        builder.into_content()
    }
}

fn below(value: usize, max: usize, what: &'static str) -> Result<(), IndexError> {
    if value > max { Err(IndexError::Large { what, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
