//! The portable form of a package index: what an agent sends once and every host that holds the same index refers to.
//!
//! [`Content`] is the canonical form: `bzindex` and a format byte, the number of packages, then one column for each
//! member of [`Row`]. A column is a length for each package (0: the same text as the package before; otherwise one more
//! than its bytes), followed by the texts. Numbers are LEB128. On the way it is one zstd frame.
//!
//! The digest is the SHA-256 of the canonical form, not of the file that it came from: hosts that keep the same index
//! compressed in different ways share it, and whoever receives it can check it.

mod column;

use std::io::Read;

use column::{Column, ColumnReader, read_number, write_number};
use sha2::{Digest, Sha256};

use crate::observe::{Available, Index};

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
        let digits = b"0123456789abcdef";
        let digit = |nibble: u8| digits.get(usize::from(nibble)).copied().map_or('0', char::from);
        Sha256::digest(&self.bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
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
        let mut bytes = Vec::new();
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
        let packages = rows.left;
        if rows.by_ref().count() != packages {
            return Err(IndexError::Damaged("a text ends inside a character"));
        }
        Ok(Self { bytes, packages })
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
        let mut builder = Builder::default();
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
        builder.finish()
    }
}

/// Makes a [`Content`] package by package, without a text of its own for any field.
#[derive(Debug, Default)]
pub struct Builder {
    packages: usize,
    columns: [Column; COLUMNS],
}

impl Builder {
    /// Adds a package.
    ///
    /// # Errors
    /// There are too many, or one of its texts is too long; it is not added.
    pub fn push(&mut self, row: &Row<'_>) -> Result<(), IndexError> {
        let Row { name, architecture, version, priority, section, source, depends, provides } = *row;
        let texts = [name, architecture, version, priority, section, source, depends, provides];
        below(self.packages + 1, PACKAGES_MAX, "packages")?;
        for text in texts {
            below(text.len(), VALUE_BYTES_MAX, "bytes in a field")?;
        }
        for (column, text) in self.columns.iter_mut().zip(texts) {
            column.push(text);
        }
        self.packages += 1;
        Ok(())
    }

    /// Puts the columns together.
    ///
    /// # Errors
    /// The whole is larger than [`CONTENT_BYTES_MAX`] or [`TEXT_BYTES_MAX`].
    pub fn finish(self) -> Result<Content, IndexError> {
        let texts = self.columns.iter().map(|column| column.expanded).sum();
        below(texts, TEXT_BYTES_MAX, "bytes of text")?;
        let length = MAGIC.len() + 10 + self.columns.iter().map(Column::len).sum::<usize>();
        below(length, CONTENT_BYTES_MAX, "bytes")?;
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(MAGIC);
        write_number(&mut bytes, self.packages);
        for column in &self.columns {
            column.write(&mut bytes);
        }
        Ok(Content { bytes, packages: self.packages })
    }
}

/// Walks over the packages of a [`Content`].
#[derive(Debug, Clone, Default)]
pub struct Rows<'a> {
    left: usize,
    columns: [ColumnReader<'a>; COLUMNS],
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, IndexError> {
        let mut rest = match bytes.split_at_checked(MAGIC.len()) {
            Some((magic, rest)) if magic == MAGIC => rest,
            Some(([name @ .., format], _)) if MAGIC.starts_with(name) => return Err(IndexError::Format(*format)),
            _ => return Err(IndexError::Foreign),
        };
        let left = read_number(&mut rest).ok_or(IndexError::Damaged("no number of packages"))?;
        below(left, PACKAGES_MAX, "packages")?;
        let mut columns = <[ColumnReader<'_>; COLUMNS]>::default();
        let mut texts = 0;
        for column in &mut columns {
            *column = ColumnReader::split_off(&mut rest, left, &mut texts)?;
        }
        if !rest.is_empty() {
            return Err(IndexError::Damaged("bytes after its end"));
        }
        Ok(Self { left, columns })
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        self.left = self.left.checked_sub(1)?;
        let [name, architecture, version, priority, section, source, depends, provides] = &mut self.columns;
        Some(Row {
            name: name.next()?,
            architecture: architecture.next()?,
            version: version.next()?,
            priority: priority.next()?,
            section: section.next()?,
            source: source.next()?,
            depends: depends.next()?,
            provides: provides.next()?,
        })
    }
}

fn below(value: usize, max: usize, what: &'static str) -> Result<(), IndexError> {
    if value > max { Err(IndexError::Large { what, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
