//! Reports on their way: kept in a folder from before the first attempt until the server has them, so that a restart or
//! a server that is away for days loses none that fits.
//!
//! The folder is bounded by count and by bytes. When it is full the oldest go, and the spool counts them.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;

use crate::durable::{self, UNFINISHED};

const DROPPED: &str = "dropped";
/// Digits in a place: names sort as numbers do.
const DIGITS: usize = 20;

/// What a spool may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Items.
    pub items_max: usize,
    /// Bytes of all items.
    pub bytes_max: u64,
}

impl Default for Limits {
    /// A hundred items in 64 MiB: with one report for each change, days of a busy host.
    fn default() -> Self {
        Self { items_max: 100, bytes_max: 64 << 20 }
    }
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A report, as it is sent.
    Inventory,
    /// The compressed content of the index with that digest.
    Index(String),
    /// Events, as they are sent.
    Events,
    /// The scan of the image with that digest, as it is sent.
    Scan(String),
}

/// One item: where it stands in the order of arrival, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    place: u64,
    kind: Kind,
    bytes: u64,
}

impl Item {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    fn name(&self) -> String {
        match &self.kind {
            Kind::Inventory => format!("{:0DIGITS$}-inventory", self.place),
            Kind::Index(digest) => format!("{:0DIGITS$}-index-{digest}", self.place),
            Kind::Events => format!("{:0DIGITS$}-events", self.place),
            Kind::Scan(digest) => format!("{:0DIGITS$}-scan-{digest}", self.place),
        }
    }

    fn parse(name: &str, bytes: u64) -> Option<Self> {
        let (place, kind) = name.split_once('-')?;
        if place.len() != DIGITS {
            return None;
        }
        let kind = match kind.split_once('-') {
            None if kind == "inventory" => Kind::Inventory,
            None if kind == "events" => Kind::Events,
            Some(("index", digest)) if is_digest(digest) => Kind::Index(digest.to_owned()),
            Some(("scan", digest)) if is_digest(digest) => Kind::Scan(digest.to_owned()),
            _ => return None,
        };
        Some(Self { place: place.parse().ok()?, kind, bytes })
    }
}

/// 64 hexadecimal digits, and so harmless in a file name.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Why something cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The disk said so.
    #[error("cannot use the spool `{}`: {source}; give the agent a folder that it may write to", folder.display())]
    Disk {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It would not fit into an empty spool.
    #[error("an item of {bytes} bytes does not fit into a spool of {bytes_max}: raise its limit")]
    Large {
        /// Of the item.
        bytes: u64,
        /// Of the spool.
        bytes_max: u64,
    },
    /// A digest that is none.
    #[error("`{0}` is no digest")]
    Digest(String),
}

/// The folder with what waits.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    limits: Limits,
    /// In the order of arrival.
    items: VecDeque<Item>,
    bytes: u64,
    dropped: u64,
}

impl Spool {
    /// Opens the folder, making it if need be. What an interrupted write left is removed; files of others are left alone.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(folder: PathBuf, limits: Limits) -> Result<Self, SpoolError> {
        let mut spool = Self { folder, limits, items: VecDeque::new(), bytes: 0, dropped: 0 };
        spool.load().map_err(|source| spool.disk(source))?;
        spool.make_room(0, 0)?;
        Ok(spool)
    }

    fn load(&mut self) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut items = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with(UNFINISHED) {
                std::fs::remove_file(entry.path())?;
            } else if name == DROPPED {
                let count = std::fs::read_to_string(entry.path())?;
                self.dropped = count.trim().parse().unwrap_or_default();
            } else if let Some(item) = Item::parse(&name, entry.metadata()?.len()) {
                items.push(item);
            }
        }
        items.sort_unstable_by_key(|item| item.place);
        self.bytes = items.iter().map(|item| item.bytes).sum();
        self.items = items.into();
        Ok(())
    }

    /// What waits, the oldest first.
    pub fn items(&self) -> std::collections::vec_deque::Iter<'_, Item> {
        self.items.iter()
    }

    /// The item that holds the index with that digest.
    #[must_use]
    pub fn index(&self, digest: &str) -> Option<&Item> {
        self.items.iter().find(|item| matches!(&item.kind, Kind::Index(kept) if kept == digest))
    }

    /// Bytes of what waits.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Items that were dropped unsent since [`Spool::forget_dropped`].
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Starts to count dropped items from 0: the number was reported.
    ///
    /// # Errors
    /// The disk's.
    pub fn forget_dropped(&mut self) -> Result<(), SpoolError> {
        if self.dropped > 0 {
            durable::remove(&self.folder, DROPPED).map_err(|source| self.disk(source))?;
            self.dropped = 0;
        }
        Ok(())
    }

    /// Keeps an item; durable when it returns. The oldest make room for it.
    ///
    /// # Errors
    /// The disk's, or the item alone is larger than the spool; then nothing is dropped for it.
    pub fn push(&mut self, kind: Kind, content: &[u8]) -> Result<(), SpoolError> {
        if let Kind::Index(digest) | Kind::Scan(digest) = &kind
            && !is_digest(digest)
        {
            return Err(SpoolError::Digest(digest.clone()));
        }
        let bytes = content.len() as u64;
        if bytes > self.limits.bytes_max {
            return Err(SpoolError::Large { bytes, bytes_max: self.limits.bytes_max });
        }
        self.make_room(1, bytes)?;
        let place = self.items.back().map_or(0, |item| item.place + 1);
        let item = Item { place, kind, bytes };
        durable::write(&self.folder, &item.name(), content).map_err(|source| self.disk(source))?;
        self.bytes += bytes;
        self.items.push_back(item);
        Ok(())
    }

    /// The content of an item.
    ///
    /// # Errors
    /// The disk's.
    pub fn read(&self, item: &Item) -> Result<Vec<u8>, SpoolError> {
        std::fs::read(self.folder.join(item.name())).map_err(|source| self.disk(source))
    }

    /// Takes an item off: the server has it, or will never take it.
    ///
    /// # Errors
    /// The disk's.
    pub fn remove(&mut self, item: &Item) -> Result<(), SpoolError> {
        durable::remove(&self.folder, &item.name()).map_err(|source| self.disk(source))?;
        if let Some(at) = self.items.iter().position(|known| known.place == item.place) {
            self.items.remove(at);
            self.bytes = self.bytes.saturating_sub(item.bytes);
        }
        Ok(())
    }

    /// Drops the oldest until so much more fits.
    fn make_room(&mut self, items: usize, bytes: u64) -> Result<(), SpoolError> {
        while self.items.len() + items > self.limits.items_max || self.bytes + bytes > self.limits.bytes_max {
            let Some(oldest) = self.items.front().cloned() else { return Ok(()) };
            // Counted first: after an interruption it may be counted twice, but never lost without being counted.
            let dropped = self.dropped + 1;
            durable::write(&self.folder, DROPPED, dropped.to_string().as_bytes())
                .map_err(|source| self.disk(source))?;
            self.dropped = dropped;
            self.remove(&oldest)?;
        }
        Ok(())
    }

    fn disk(&self, source: io::Error) -> SpoolError {
        SpoolError::Disk { folder: self.folder.clone(), source }
    }
}

#[cfg(test)]
mod tests;
