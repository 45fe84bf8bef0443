//! [`SqliteLedger`].

mod keeper;
mod query;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bartizan_ledger::{Batch, CommitError, Entry, Key, Ledger, LockToken, Page, Revision, Scope, Seq, StoreError};
use rusqlite::Connection;

use crate::cache::{Cache, Lookup};
use crate::file::{self, Format};
use crate::readers::Readers;
use crate::statistics::{Counters, Statistics, count};
use crate::writer::Writer;
use keeper::{LedgerKeeper, Request};

const FORMAT: Format = Format {
    name: "ledger",
    application_id: 1_113_216_076,
    migrations: &[include_str!("../sql/ledger/0001_entries.sql")],
};

/// What may be chosen about a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerSettings {
    /// Latest entries kept in memory, in bytes, about.
    pub head_bytes_max: usize,
}

impl LedgerSettings {
    /// 128 MiB: about fifty thousand documents of two kilobytes.
    pub const HEAD_BYTES_MAX: usize = 128 << 20;
}

impl Default for LedgerSettings {
    fn default() -> Self {
        Self { head_bytes_max: Self::HEAD_BYTES_MAX }
    }
}

/// A ledger in one SQLite file. What it has acknowledged survives the end of the process and of the power.
#[derive(Debug)]
pub struct SqliteLedger {
    // before the writer, so that the writer's connection is the last one and tidies the log up
    readers: Arc<Readers>,
    writer: Writer<LedgerKeeper>,
    memory: Arc<Memory>,
}

/// The cache, and how it is filled.
#[derive(Debug)]
struct Memory {
    cache: Arc<Cache>,
    counters: Arc<Counters>,
}

impl Memory {
    /// Reads a head that a lookup has missed, and remembers it where that is allowed.
    fn fetch(&self, connection: &Connection, key: &Key, missed: &Lookup) -> rusqlite::Result<Option<Entry>> {
        count(&self.counters.head_misses, 1);
        let head = query::head(connection, key)?;
        if let Lookup::Unknown(ticket) = missed {
            self.cache.fill(key, *ticket, head.clone());
        }
        Ok(head)
    }

    /// A revision that was the head a moment ago.
    fn at(&self, connection: &Connection, key: &Key, revision: Revision) -> rusqlite::Result<Option<Entry>> {
        let head = match self.cache.look(key) {
            Lookup::Known(head) => head,
            missed => self.fetch(connection, key, &missed)?,
        };
        match head {
            Some(head) if head.revision == revision => Ok(Some(head)),
            // it has gone on since; entries never change, so the one asked for is still to be had
            _ => query::at(connection, key, revision),
        }
    }
}

impl SqliteLedger {
    /// Opens a ledger, creating the file if there is none. The folder must exist.
    ///
    /// # Errors
    /// The file cannot be written, is damaged, is something else, or was written by a newer version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, LedgerSettings::default())
    }

    /// As [`SqliteLedger::open`], with settings.
    ///
    /// # Errors
    /// As [`SqliteLedger::open`].
    pub fn open_with(path: impl AsRef<Path>, settings: LedgerSettings) -> Result<Self, StoreError> {
        let opened = file::open(path.as_ref(), &FORMAT)?;
        let readers = Readers::new(opened.path.clone());
        let tip = readers.here(query::tip)?;
        let cache = Arc::new(Cache::new(settings.head_bytes_max));
        let counters = Arc::new(Counters::default());
        let keeper = LedgerKeeper::new(tip, Arc::clone(&cache));
        let writer = Writer::start(opened, keeper, Arc::clone(&counters))?;
        Ok(Self { readers, writer, memory: Arc::new(Memory { cache, counters }) })
    }

    /// What was done since the ledger was opened.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.memory.counters.read()
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn head(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        match self.memory.cache.look(key) {
            Lookup::Known(head) => Ok(head),
            missed => self.readers.here(|connection| self.memory.fetch(connection, key, &missed)),
        }
    }

    async fn at(&self, key: &Key, revision: Revision) -> Result<Option<Entry>, StoreError> {
        match self.memory.cache.look(key) {
            Lookup::Known(Some(head)) if head.revision == revision => Ok(Some(head)),
            _ => self.readers.here(|connection| query::at(connection, key, revision)),
        }
    }

    async fn list(&self, scope: &Scope, page: &Page) -> Result<Vec<Entry>, StoreError> {
        let limit = page.capped();
        match scope.clone() {
            Scope::Heads { realm, kind, prefix } => {
                let (after, memory) = (page.after.clone(), Arc::clone(&self.memory));
                let read = move |connection: &_| {
                    let heads = query::heads(connection, &realm, &kind, &prefix, after, limit)?;
                    let mut entries = Vec::with_capacity(heads.len());
                    for (name, revision) in heads {
                        let key = Key { realm: realm.clone(), kind: kind.clone(), name };
                        entries.extend(memory.at(connection, &key, revision)?);
                    }
                    Ok(entries)
                };
                self.readers.apart(read).await
            }
            Scope::History(key) => {
                let after = page.after_revision()?;
                self.readers.apart(move |connection| query::history(connection, &key, after, limit)).await
            }
        }
    }

    async fn since(&self, seq: Seq, limit: u16) -> Result<Vec<Entry>, StoreError> {
        let limit = limit.min(Page::LIMIT_MAX);
        self.readers.apart(move |connection| query::since(connection, seq, limit)).await
    }

    async fn tip(&self) -> Result<Seq, StoreError> {
        self.readers.here(query::tip)
    }

    async fn commit(&self, batch: &Batch) -> Result<Vec<Entry>, CommitError> {
        if let Some(wrong) = batch.malformed() {
            return Err(CommitError::Malformed(wrong));
        }
        let tokens = batch.changes.iter().map(|_| LockToken::mint()).collect::<Result<Vec<_>, _>>()?;
        self.writer.ask(Request { batch: batch.clone(), tokens }).await
    }
}
