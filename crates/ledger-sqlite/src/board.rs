//! [`SqliteBoard`]: the board and the audit trail, in a file of their own, so that state at the rate of machines does
//! not hold up the commits of people.

mod keeper;
mod query;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bartizan_ledger::{Audit, AuditLine, AuditQuery, Board, Page, Posting, StoreError, Write};
use bartizan_wire::Realm;

use crate::file::{self, Format};
use crate::readers::Readers;
use crate::statistics::{Counters, Statistics};
use crate::writer::Writer;
use keeper::{BoardKeeper, Request};

const FORMAT: Format = Format {
    name: "board",
    application_id: 1_113_216_066,
    migrations: &[include_str!("../sql/board/0001_postings.sql")],
};

/// What may be chosen about a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardSettings {
    /// Lines of the audit trail that are kept, of all realms together; the oldest go first.
    pub audit_lines_max: u64,
}

impl BoardSettings {
    /// A hundred thousand lines.
    pub const AUDIT_LINES_MAX: u64 = 100_000;
}

impl Default for BoardSettings {
    fn default() -> Self {
        Self { audit_lines_max: Self::AUDIT_LINES_MAX }
    }
}

/// Board and audit trail in one SQLite file, durable when a call returns.
#[derive(Debug)]
pub struct SqliteBoard {
    // before the writer, so that the writer's connection is the last one and tidies the log up
    readers: Arc<Readers>,
    writer: Writer<BoardKeeper>,
    counters: Arc<Counters>,
}

impl SqliteBoard {
    /// Opens a board, creating the file if there is none. The folder must exist.
    ///
    /// # Errors
    /// The file cannot be written, is damaged, is something else, or was written by a newer version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, BoardSettings::default())
    }

    /// As [`SqliteBoard::open`], with settings.
    ///
    /// # Errors
    /// As [`SqliteBoard::open`].
    pub fn open_with(path: impl AsRef<Path>, settings: BoardSettings) -> Result<Self, StoreError> {
        let opened = file::open(path.as_ref(), &FORMAT)?;
        let readers = Readers::new(opened.path.clone());
        let lines = readers.here(query::count_lines)?;
        let counters = Arc::new(Counters::default());
        let keeper = BoardKeeper::new(lines, settings.audit_lines_max);
        let writer = Writer::start(opened, keeper, Arc::clone(&counters))?;
        Ok(Self { readers, writer, counters })
    }

    /// What was done since the board was opened.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.counters.read()
    }
}

#[async_trait]
impl Board for SqliteBoard {
    async fn write(&self, realm: &Realm, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        self.writer.ask(Request::Write { realm: realm.clone(), writes }).await.map(drop)
    }

    async fn find(&self, realm: &Realm, topic: &str, subject: &str) -> Result<Option<Posting>, StoreError> {
        self.readers.here(|connection| query::find(connection, realm, topic, subject))
    }

    async fn list(
        &self,
        realm: &Realm,
        topic: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Posting>, StoreError> {
        let (realm, topic, after) = (realm.clone(), topic.to_owned(), after.map(str::to_owned));
        let limit = limit.min(Page::LIMIT_MAX);
        self.readers.apart(move |connection| query::list(connection, &realm, &topic, after, limit)).await
    }

    async fn remove(&self, realm: &Realm, topic: &str, subject: &str) -> Result<bool, StoreError> {
        self.writer.ask(Request::Write { realm: realm.clone(), writes: vec![Write::remove(topic, subject)] }).await
    }
}

#[async_trait]
impl Audit for SqliteBoard {
    async fn record(&self, realm: &Realm, line: AuditLine) -> Result<(), StoreError> {
        self.writer.ask(Request::Record { realm: realm.clone(), line }).await.map(drop)
    }

    async fn find(&self, realm: &Realm, id: &str) -> Result<Option<AuditLine>, StoreError> {
        self.readers.here(|connection| query::find_line(connection, realm, id))
    }

    async fn list(&self, realm: &Realm, query: &AuditQuery) -> Result<Vec<AuditLine>, StoreError> {
        let (realm, query) = (realm.clone(), query.clone());
        self.readers.apart(move |connection| query::list_lines(connection, &realm, &query)).await
    }
}
