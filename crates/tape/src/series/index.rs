//! What this program needs to know of a file, kept in the file's own metadata.
//!
//! Parquet has no checksum for its metadata, and few writers make the ones for pages. So everything that a read depends
//! on is written again as one text with a checksum: where each group of rows is, what is in it, and the checksum of its
//! bytes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The format of the files.
pub(crate) const FORMAT: u8 = 1;

/// A file's index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) format: u8,
    /// How often what is in it was merged.
    pub(crate) level: u8,
    /// The furthest position that came with any of its samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sealed: Option<u64>,
    pub(crate) groups: Vec<Group>,
}

/// Rows of one measure and form in a row, sorted by subject, then time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) measure: Arc<str>,
    /// Sets rather than numbers.
    pub(crate) texts: bool,
    pub(crate) rows: u32,
    /// The first subject in byte order, and the last: most groups of a large fleet do not have a given one.
    pub(crate) first: Arc<str>,
    pub(crate) last: Arc<str>,
    /// The earliest, in milliseconds.
    pub(crate) from: i64,
    /// The latest.
    pub(crate) to: i64,
    /// The first byte in the file.
    pub(crate) offset: u64,
    /// How many bytes.
    pub(crate) length: u64,
    /// Of the bytes.
    pub(crate) crc: u32,
}

/// Why a text is no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoIndex {
    /// It was changed, or something else wrote it.
    Damaged,
    /// A later version of this program wrote it.
    Newer(u8),
}

impl Index {
    /// As it is kept.
    pub(crate) fn text(&self) -> serde_json::Result<String> {
        let text = serde_json::to_string(self)?;
        Ok(format!("{:08x} {text}", crc32fast::hash(text.as_bytes())))
    }

    /// Reads what [`Index::text`] wrote.
    pub(crate) fn read(text: &str) -> Result<Self, NoIndex> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Versioned {
            format: u8,
        }

        let (crc, text) = text.split_once(' ').ok_or(NoIndex::Damaged)?;
        if u32::from_str_radix(crc, 16) != Ok(crc32fast::hash(text.as_bytes())) {
            return Err(NoIndex::Damaged);
        }
        let Versioned { format } = serde_json::from_str(text).map_err(|_| NoIndex::Damaged)?;
        if format != FORMAT {
            return Err(NoIndex::Newer(format));
        }
        serde_json::from_str(text).map_err(|_| NoIndex::Damaged)
    }

    pub(crate) fn rows(&self) -> u64 {
        self.groups.iter().map(|group| u64::from(group.rows)).sum()
    }

    /// The earliest and the latest of all.
    pub(crate) fn range(&self) -> Option<(i64, i64)> {
        let from = self.groups.iter().map(|group| group.from).min()?;
        let to = self.groups.iter().map(|group| group.to).max()?;
        Some((from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let group = Group {
            measure: Arc::from("aws:all-bytes-out?IN=\"é"),
            texts: false,
            rows: 3,
            first: Arc::from(""),
            last: Arc::from("z\u{0}"),
            from: i64::MIN,
            to: i64::MAX,
            offset: 4,
            length: 99,
            crc: u32::MAX,
        };
        Index { format: FORMAT, level: 2, sealed: Some(u64::MAX), groups: vec![group.clone(), group] }
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let text = index().text().unwrap();
        assert_eq!(Index::read(&text), Ok(index()));
        for place in 0..text.len() {
            for bit in 0..7 {
                let mut bytes = text.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                let Ok(text) = String::from_utf8(bytes) else { continue };
                // a digit of the checksum in upper case is the same digit
                let same = text.to_lowercase() == index().text().unwrap().to_lowercase() && place < 8;
                assert_eq!(Index::read(&text).is_err(), !same, "bit {bit} of byte {place}");
            }
        }
    }

    #[test]
    fn a_newer_format_is_told_from_damage() {
        let newer = Index { format: FORMAT + 1, ..index() };
        assert_eq!(Index::read(&newer.text().unwrap()), Err(NoIndex::Newer(FORMAT + 1)));
        assert_eq!(Index::read(""), Err(NoIndex::Damaged));
    }
}
