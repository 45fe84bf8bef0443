//! How a batch is written; runs on the writer thread.

use std::sync::Arc;

use bartizan_ledger::{Batch, Change, CommitError, Entry, Key, LockToken, Revision, Seq};
use rusqlite::{Connection, OptionalExtension, params};

use crate::cache::Cache;
use crate::writer::{Keeper, Refused};

/// A well-formed batch, and a token for each of its changes.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) batch: Batch,
    pub(crate) tokens: Vec<LockToken>,
}

/// Hands out `seq`, and keeps the cache in step with the file.
#[derive(Debug)]
pub(crate) struct LedgerKeeper {
    tip: Seq,
    cache: Arc<Cache>,
}

/// A document's row.
struct Document {
    id: i64,
    revision: i64,
    live: bool,
}

impl LedgerKeeper {
    pub(crate) fn new(tip: Seq, cache: Arc<Cache>) -> Self {
        Self { tip, cache }
    }

    // INVARIANT: L1, L4: the one writer counts revisions and seq on from what is in the file or this transaction
    fn write(
        &mut self,
        connection: &Connection,
        change: Change,
        before: Option<&Document>,
        token: LockToken,
    ) -> rusqlite::Result<Entry> {
        let Change { key, format, body, stamp, .. } = change;
        let seq = signed(self.tip.0 + 1)?;
        let revision = before.map_or(0, |document| document.revision) + 1;
        let live = body.is_some();
        let document = match before {
            Some(document) => {
                let mut statement = connection.prepare_cached(include_str!("../../sql/ledger/move_head.sql"))?;
                statement.execute(params![document.id, seq, revision, live])?;
                document.id
            }
            None => {
                let mut statement = connection.prepare_cached(include_str!("../../sql/ledger/insert_document.sql"))?;
                statement.execute(params![key.realm.account, key.realm.region, key.kind, key.name, seq, live])?;
                connection.last_insert_rowid()
            }
        };
        let mut statement = connection.prepare_cached(include_str!("../../sql/ledger/insert_entry.sql"))?;
        statement.execute(params![
            seq,
            document,
            revision,
            token.0,
            format,
            body.as_deref(),
            stamp.principal,
            stamp.at.0,
            stamp.request,
            stamp.action,
            stamp.reason,
            stamp.preview,
        ])?;
        self.tip = Seq(self.tip.0 + 1);
        Ok(Entry { key, revision: Revision(revision.unsigned_abs()), seq: self.tip, token, format, body, stamp })
    }
}

impl Document {
    fn live(&self) -> Option<Revision> {
        self.live.then_some(Revision(self.revision.unsigned_abs()))
    }
}

fn find(connection: &Connection, key: &Key) -> rusqlite::Result<Option<Document>> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/ledger/find_document.sql"))?;
    let found = params![key.realm.account, key.realm.region, key.kind, key.name];
    statement
        .query_row(found, |row| Ok(Document { id: row.get(0)?, revision: row.get(1)?, live: row.get(2)? }))
        .optional()
}

fn signed(number: u64) -> rusqlite::Result<i64> {
    i64::try_from(number).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

impl Keeper for LedgerKeeper {
    type Request = Request;
    type Reply = Vec<Entry>;
    type Refusal = CommitError;
    type Known = Seq;

    // INVARIANT: L2: every condition is tried inside the transaction of the one writer that could change it
    fn apply(&mut self, connection: &Connection, request: Request) -> Result<Vec<Entry>, Refused<CommitError>> {
        let Request { batch, tokens } = request;
        let mut documents = Vec::with_capacity(batch.guards.len() + batch.changes.len());
        for (key, expect) in batch.conditions() {
            let document = find(connection, key)?;
            let actual = document.as_ref().and_then(Document::live);
            if !expect.holds(actual) {
                return Err(Refused::Request(CommitError::Conflict { key: key.clone(), actual }));
            }
            documents.push(document);
        }
        let documents = documents.iter().skip(batch.guards.len());
        let mut entries = Vec::with_capacity(batch.changes.len());
        for ((change, document), token) in batch.changes.into_iter().zip(documents).zip(tokens) {
            entries.push(self.write(connection, change, document.as_ref(), token)?);
        }
        Ok(entries)
    }

    fn known(&self) -> Seq {
        self.tip
    }

    fn forget(&mut self, known: Seq) {
        self.tip = known;
    }

    fn before_commit(&mut self, replies: &mut dyn DoubleEndedIterator<Item = &Vec<Entry>>) {
        for entry in replies.flatten() {
            self.cache.mark(&entry.key);
        }
    }

    fn after_commit(&mut self, replies: &mut dyn DoubleEndedIterator<Item = &Vec<Entry>>, durable: bool) {
        // latest first: of a document that the group changed more than once, only the last entry may be seen
        for entry in replies.rev().flat_map(|entries| entries.iter().rev()) {
            match durable {
                true => self.cache.publish(entry),
                false => self.cache.unmark(&entry.key),
            }
        }
    }
}
