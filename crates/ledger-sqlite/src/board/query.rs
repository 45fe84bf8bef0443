//! Reads of a board's file.

use bartizan_ledger::{AuditLine, AuditQuery, Page, Posting};
use bartizan_wire::{Realm, Timestamp};
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, params};

pub(crate) fn find(connection: &Connection, realm: &Realm, topic: &str, subject: &str) -> Result<Option<Posting>> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/board/find.sql"))?;
    statement.query_row(params![realm.account, realm.region, topic, subject], posting).optional()
}

pub(crate) fn list(
    connection: &Connection,
    realm: &Realm,
    topic: &str,
    after: Option<String>,
    limit: u16,
) -> Result<Vec<Posting>> {
    // the least text greater than another one is that text and a zero
    let start = after.map_or(String::new(), |after| after + "\0");
    let mut statement = connection.prepare_cached(include_str!("../../sql/board/list.sql"))?;
    statement.query_map(params![realm.account, realm.region, topic, start, limit], posting)?.collect()
}

pub(crate) fn count_lines(connection: &Connection) -> Result<u64> {
    let count: i64 = connection.query_row(include_str!("../../sql/board/count_lines.sql"), [], |row| row.get(0))?;
    u64::try_from(count).map_err(|_| Error::IntegralValueOutOfRange(0, count))
}

pub(crate) fn find_line(connection: &Connection, realm: &Realm, id: &str) -> Result<Option<AuditLine>> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/board/find_line.sql"))?;
    statement.query_row(params![realm.account, realm.region, id], line).optional()
}

pub(crate) fn list_lines(connection: &Connection, realm: &Realm, query: &AuditQuery) -> Result<Vec<AuditLine>> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/board/list_lines.sql"))?;
    let limit = query.limit.min(Page::LIMIT_MAX);
    let found = params![realm.account, realm.region, query.outcome, query.resource, query.before, limit];
    statement.query_map(found, line)?.collect()
}

fn posting(row: &Row<'_>) -> Result<Posting> {
    Ok(Posting { subject: row.get(0)?, at: Timestamp(row.get(1)?), body: row.get(2)? })
}

fn line(row: &Row<'_>) -> Result<AuditLine> {
    Ok(AuditLine {
        id: row.get(0)?,
        at: Timestamp(row.get(1)?),
        principal: row.get(2)?,
        action: row.get(3)?,
        resource: row.get(4)?,
        outcome: row.get(5)?,
        detail: row.get(6)?,
    })
}
