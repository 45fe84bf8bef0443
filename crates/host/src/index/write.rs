//! Writes an index package by package, keeping one group of it only.

use sha2::{Digest, Sha256};

use super::column::{Column, write_number};
use super::{
    COLUMNS, CONTENT_BYTES_MAX, Content, GROUP, IndexError, MAGIC, PACKAGES_MAX, Row, TEXT_BYTES_MAX, VALUE_BYTES_MAX,
    below,
};

/// Where the canonical form goes.
pub trait Output: Default {
    /// Takes the next bytes.
    fn write(&mut self, bytes: &[u8]);
}

impl Output for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Keeps nothing of an index but its digest.
#[derive(Debug, Clone, Default)]
pub struct Digester(Sha256);

impl Output for Digester {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

impl Digester {
    /// SHA-256 of what was written, lower-case hexadecimal.
    #[must_use]
    pub fn digest(self) -> String {
        let digits = b"0123456789abcdef";
        let digit = |nibble: u8| digits.get(usize::from(nibble)).copied().map_or('0', char::from);
        self.0.finalize().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

/// Writes an index, without a text of its own for any field.
#[derive(Debug)]
pub struct Builder<O> {
    packages: usize,
    /// Bytes written to `out`, and bytes of text with repetitions written out.
    written: usize,
    texts: usize,
    /// The group being filled: how many packages, and their texts.
    group: usize,
    columns: [Column; COLUMNS],
    /// The number of packages of a group on its way out.
    count: Vec<u8>,
    out: O,
}

impl<O: Output> Default for Builder<O> {
    fn default() -> Self {
        let mut out = O::default();
        out.write(MAGIC);
        let columns = Default::default();
        Self { packages: 0, written: MAGIC.len(), texts: 0, group: 0, columns, count: Vec::new(), out }
    }
}

impl<O: Output> Builder<O> {
    /// Adds a package.
    ///
    /// # Errors
    /// One of its texts is too long, or the index becomes too large; it is not added.
    pub fn push(&mut self, row: &Row<'_>) -> Result<(), IndexError> {
        let Row { name, architecture, version, priority, section, source, depends, provides } = *row;
        let texts = [name, architecture, version, priority, section, source, depends, provides];
        self.push_utf8(texts.map(str::as_bytes))
    }

    /// As [`Builder::push`], in the order of [`Row`], for bytes that the caller knows to be UTF-8. It is looked at once more
    /// when a group is complete, where it costs least.
    pub(crate) fn push_utf8(&mut self, texts: [&[u8]; COLUMNS]) -> Result<(), IndexError> {
        let mut expanded = self.texts;
        for text in texts {
            below(text.len(), VALUE_BYTES_MAX, "bytes in a field")?;
            expanded += text.len();
        }
        below(expanded, TEXT_BYTES_MAX, "bytes of text")?;
        below(self.packages + 1, PACKAGES_MAX, "packages")?;
        if self.group == GROUP {
            self.flush()?;
        }
        for (column, text) in self.columns.iter_mut().zip(texts) {
            column.push(text);
        }
        self.texts = expanded;
        self.packages += 1;
        self.group += 1;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        self.count.clear();
        write_number(&mut self.count, self.group);
        self.written += self.count.len() + self.columns.iter().map(Column::len).sum::<usize>();
        below(self.written, CONTENT_BYTES_MAX, "bytes")?;
        self.out.write(&self.count);
        for column in &mut self.columns {
            column.flush(&mut self.out)?;
        }
        self.group = 0;
        Ok(())
    }

    /// Ends the index and gives back what it was written to.
    ///
    /// # Errors
    /// The whole is larger than [`CONTENT_BYTES_MAX`].
    pub fn finish(mut self) -> Result<O, IndexError> {
        if self.group > 0 {
            self.flush()?;
        }
        below(self.written + 1, CONTENT_BYTES_MAX, "bytes")?;
        self.out.write(&[0]);
        Ok(self.out)
    }
}

impl Builder<Vec<u8>> {
    /// Ends the index and keeps all of it.
    ///
    /// # Errors
    /// See [`Builder::finish`].
    pub fn into_content(self) -> Result<Content, IndexError> {
        let packages = self.packages;
        Ok(Content { bytes: self.finish()?, packages })
    }
}
