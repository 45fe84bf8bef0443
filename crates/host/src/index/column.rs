//! One column of an index: texts of which many repeat the one before.

use super::{IndexError, Output, TEXT_BYTES_MAX, VALUE_BYTES_MAX, below};

/// A column as it is made.
#[derive(Debug, Default)]
pub(super) struct Column {
    lengths: Vec<u8>,
    text: Vec<u8>,
    /// Where in `text` the last one stands.
    last: usize,
}

impl Column {
    pub(super) fn push(&mut self, text: &[u8]) {
        if self.text.get(self.last..) == Some(text) {
            self.lengths.push(0);
        } else {
            self.last = self.text.len();
            self.text.extend_from_slice(text);
            write_number(&mut self.lengths, text.len() + 1);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lengths.len() + self.text.len()
    }

    /// Writes the column and empties it.
    pub(super) fn flush(&mut self, out: &mut impl Output) -> Result<(), IndexError> {
        utf8(&self.text)?;
        out.write(&self.lengths);
        out.write(&self.text);
        self.lengths.clear();
        self.text.clear();
        self.last = 0;
        Ok(())
    }
}

/// A column as it is read.
#[derive(Debug, Clone, Default)]
pub(super) struct ColumnReader<'a> {
    lengths: &'a [u8],
    text: &'a str,
    last: &'a str,
}

impl<'a> ColumnReader<'a> {
    /// Takes a column of `count` texts off `bytes`, adding what they take when written out to `texts`.
    pub(super) fn split_off(bytes: &mut &'a [u8], count: usize, texts: &mut usize) -> Result<Self, IndexError> {
        let start = *bytes;
        let (mut stored, mut last) = (0_usize, 0);
        for _ in 0..count {
            let number = read_number(bytes).ok_or(IndexError::Damaged("it is cut short"))?;
            if let Some(length) = number.checked_sub(1) {
                below(length, VALUE_BYTES_MAX, "bytes in a field")?;
                stored = stored.saturating_add(length);
                last = length;
            }
            *texts = texts.saturating_add(last);
            below(*texts, TEXT_BYTES_MAX, "bytes of text")?;
        }
        let lengths = start.get(..start.len() - bytes.len()).unwrap_or_default();
        let (text, rest) = bytes.split_at_checked(stored).ok_or(IndexError::Damaged("it is cut short"))?;
        *bytes = rest;
        Ok(Self { lengths, text: utf8(text)?, last: "" })
    }

    /// The next text; `None` at the end, or where a length splits a character.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        if let Some(length) = read_number(&mut self.lengths)?.checked_sub(1) {
            (self.last, self.text) = self.text.split_at_checked(length)?;
        }
        Some(self.last)
    }
}

fn utf8(text: &[u8]) -> Result<&str, IndexError> {
    std::str::from_utf8(text).map_err(|_| IndexError::Damaged("a text is not UTF-8"))
}

/// LEB128.
#[expect(clippy::cast_possible_truncation, reason = "the low seven bits are taken on purpose")]
pub(super) fn write_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// LEB128 of at most four bytes: no length or count in an index is larger than 2^28.
pub(super) fn read_number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in [0, 7, 14, 21] {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
