//! Compiled feeds in a file: rows of JSON, and a table of where each is, sorted by a hash of its key. A lookup reads a few
//! entries of the table and one row, so that a book of any size takes no memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{About, Enrichment, FeedError, Statement};
use crate::digest::Digest;

/// Changes with every change of the form, or of what is taken from feeds.
pub(super) const MAGIC: &str = "bzbook01";
/// Hash, place and length.
const ENTRY: usize = 20;
/// Magic, place of the table, entries in it.
const HEAD: usize = 24;
/// Bytes in one row; all advisories of one package.
const ROW_BYTES_MAX: u32 = 64 << 20;

/// A compiled feed that is looked things up in.
#[derive(Debug)]
pub struct Book {
    path: PathBuf,
    file: File,
    table: u64,
    entries: u64,
}

#[derive(Debug, Serialize)]
struct Row<'a, T> {
    key: &'a str,
    value: &'a T,
}

#[derive(Debug, Deserialize)]
struct ReadRow<T> {
    key: String,
    value: T,
}

fn hash(key: &str) -> u64 {
    let hex = Digest::of(key.as_bytes()).hex();
    hex.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}

fn about_package(ecosystem: &str, package: &str) -> String {
    format!("of\0{ecosystem}\0{package}")
}

fn about_cve(cve: &str) -> String {
    format!("cve\0{cve}")
}

fn about_ecosystem(ecosystem: &str) -> String {
    format!("in\0{ecosystem}")
}

const ABOUT: &str = "about";

pub(super) fn write(
    statements: &BTreeMap<(String, String), Vec<Statement>>,
    enrichments: &BTreeMap<String, Enrichment>,
    about: &About,
    out: &mut (impl Write + io::Seek),
) -> io::Result<()> {
    out.write_all(&[0; HEAD])?;
    let mut at = HEAD as u64;
    let mut table: Vec<(u64, u64, u32)> = Vec::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut put = |key: String, row: Vec<u8>, out: &mut dyn Write| -> io::Result<()> {
        let length = u32::try_from(row.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        out.write_all(&row)?;
        table.push((hash(&key), at, length));
        at += u64::from(length);
        Ok(())
    };
    for ((ecosystem, package), statements) in statements {
        *counts.entry(ecosystem).or_default() += statements.len() as u64;
        let key = about_package(ecosystem, package);
        let row = serde_json::to_vec(&Row { key: &key, value: statements })?;
        put(key, row, out)?;
    }
    for (cve, enrichment) in enrichments {
        let key = about_cve(cve);
        let row = serde_json::to_vec(&Row { key: &key, value: enrichment })?;
        put(key, row, out)?;
    }
    for (ecosystem, count) in &counts {
        let key = about_ecosystem(ecosystem);
        let row = serde_json::to_vec(&Row { key: &key, value: count })?;
        put(key, row, out)?;
    }
    let row = serde_json::to_vec(&Row { key: ABOUT, value: about })?;
    put(ABOUT.to_owned(), row, out)?;
    table.sort_unstable();
    for (hash, at, length) in &table {
        out.write_all(&hash.to_be_bytes())?;
        out.write_all(&at.to_be_bytes())?;
        out.write_all(&length.to_be_bytes())?;
    }
    out.seek(SeekFrom::Start(0))?;
    out.write_all(MAGIC.as_bytes())?;
    out.write_all(&at.to_be_bytes())?;
    out.write_all(&(table.len() as u64).to_be_bytes())
}

impl Book {
    /// Opens a book.
    ///
    /// # Errors
    /// See [`FeedError`].
    pub fn open(path: &Path) -> Result<Self, FeedError> {
        let failed = |error| FeedError::Io { path: path.to_owned(), error };
        let mut file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut head = [0; HEAD];
        let damaged = || FeedError::Book { path: path.to_owned() };
        file.read_exact(&mut head).map_err(|_| damaged())?;
        let number = |at: usize| head.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
        let (table, entries) = (number(8).unwrap_or(0), number(16).unwrap_or(0));
        let fits = entries.checked_mul(ENTRY as u64).and_then(|bytes| bytes.checked_add(table)) == Some(length);
        if head.get(..8) != Some(MAGIC.as_bytes()) || table < HEAD as u64 || !fits {
            return Err(damaged());
        }
        Ok(Self { path: path.to_owned(), file, table, entries })
    }

    /// What it was compiled from.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn about(&mut self) -> Result<About, FeedError> {
        Ok(self.row(ABOUT)?.unwrap_or_default())
    }

    /// Advisories of an ecosystem; 0 if the feeds do not know it, so that they cannot speak for its packages.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn advisories_in(&mut self, ecosystem: &str) -> Result<u64, FeedError> {
        Ok(self.row(&about_ecosystem(ecosystem))?.unwrap_or(0))
    }

    /// What is said of a package.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn statements(&mut self, ecosystem: &str, package: &str) -> Result<Vec<Statement>, FeedError> {
        Ok(self.row(&about_package(ecosystem, package))?.unwrap_or_default())
    }

    /// What is known of a CVE.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn enrichment(&mut self, cve: &str) -> Result<Option<Enrichment>, FeedError> {
        self.row(&about_cve(cve))
    }

    fn row<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, FeedError> {
        let wanted = hash(key);
        let (mut low, mut high) = (0, self.entries);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle)?.0 < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        while low < self.entries {
            let (hash, at, length) = self.entry(low)?;
            if hash != wanted {
                return Ok(None);
            }
            if length > ROW_BYTES_MAX || at >= self.table {
                return Err(self.damaged());
            }
            let mut bytes = vec![0; length as usize];
            self.read(at, &mut bytes)?;
            let row: ReadRow<serde::de::IgnoredAny> = serde_json::from_slice(&bytes).map_err(|_| self.damaged())?;
            if row.key == key {
                let row: ReadRow<T> = serde_json::from_slice(&bytes).map_err(|_| self.damaged())?;
                return Ok(Some(row.value));
            }
            low += 1;
        }
        Ok(None)
    }

    fn entry(&mut self, number: u64) -> Result<(u64, u64, u32), FeedError> {
        let mut bytes = [0; ENTRY];
        self.read(self.table + number * ENTRY as u64, &mut bytes)?;
        let wide =
            |at: usize| bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
        let length = bytes.get(16..).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
        Ok((wide(0), wide(8), length))
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), FeedError> {
        let mut read = || {
            self.file.seek(SeekFrom::Start(at))?;
            self.file.read_exact(bytes)
        };
        read().map_err(|error| FeedError::Io { path: self.path.clone(), error })
    }

    fn damaged(&self) -> FeedError {
        FeedError::Book { path: self.path.clone() }
    }
}
