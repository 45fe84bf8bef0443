//! How postings and lines are written; runs on the writer thread.

use bartizan_ledger::{AuditLine, StoreError, Write};
use bartizan_wire::Realm;
use rusqlite::{Connection, params};

use crate::writer::{Keeper, Refused};

/// A change of the board or of the audit trail.
#[derive(Debug)]
pub(crate) enum Request {
    Write { realm: Realm, writes: Vec<Write> },
    Record { realm: Realm, line: AuditLine },
}

/// Keeps count of the lines, so that recording one does not count them all.
#[derive(Debug)]
pub(crate) struct BoardKeeper {
    lines: u64,
    lines_max: u64,
}

impl BoardKeeper {
    pub(crate) fn new(lines: u64, lines_max: u64) -> Self {
        Self { lines, lines_max }
    }

    fn record(&mut self, connection: &Connection, realm: &Realm, line: &AuditLine) -> rusqlite::Result<()> {
        let mut forget = connection.prepare_cached(include_str!("../../sql/board/forget_line.sql"))?;
        let replaced = forget.execute(params![realm.account, realm.region, line.id])?;
        let mut record = connection.prepare_cached(include_str!("../../sql/board/record_line.sql"))?;
        record.execute(params![
            realm.account,
            realm.region,
            line.id,
            line.at.0,
            line.principal,
            line.action,
            line.resource,
            line.outcome,
            line.detail,
        ])?;
        self.lines = self.lines + 1 - replaced as u64;
        if self.lines > self.lines_max {
            let mut shorten = connection.prepare_cached(include_str!("../../sql/board/drop_oldest_lines.sql"))?;
            let surplus = i64::try_from(self.lines - self.lines_max).unwrap_or(i64::MAX);
            self.lines -= shorten.execute([surplus])? as u64;
        }
        Ok(())
    }
}

/// True if a state was forgotten.
fn write(connection: &Connection, realm: &Realm, writes: Vec<Write>) -> rusqlite::Result<bool> {
    let mut post = connection.prepare_cached(include_str!("../../sql/board/post.sql"))?;
    let mut remove = connection.prepare_cached(include_str!("../../sql/board/remove.sql"))?;
    let mut forgotten = 0;
    for Write { topic, subject, state } in writes {
        match state {
            Some((at, body)) => {
                post.execute(params![realm.account, realm.region, topic, subject, at.0, body])?;
            }
            None => forgotten += remove.execute(params![realm.account, realm.region, topic, subject])?,
        }
    }
    Ok(forgotten > 0)
}

impl Keeper for BoardKeeper {
    type Request = Request;
    /// Whether a state was forgotten.
    type Reply = bool;
    type Refusal = StoreError;
    type Known = u64;

    fn apply(&mut self, connection: &Connection, request: Request) -> Result<bool, Refused<StoreError>> {
        match request {
            Request::Write { realm, writes } => Ok(write(connection, &realm, writes)?),
            Request::Record { realm, line } => {
                self.record(connection, &realm, &line)?;
                Ok(false)
            }
        }
    }

    fn known(&self) -> u64 {
        self.lines
    }

    fn forget(&mut self, known: u64) {
        self.lines = known;
    }
}
