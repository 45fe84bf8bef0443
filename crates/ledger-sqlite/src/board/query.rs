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
    let AuditQuery { outcome, resource, before, limit } = query;
    let limit = (*limit).min(Page::LIMIT_MAX);
    let (account, region) = (&realm.account, &realm.region);
    let before = match before {
        None => i64::MAX,
        Some(id) => {
            let mut statement = connection.prepare_cached(include_str!("../../sql/board/place_of_line.sql"))?;
            let place = statement.query_row(params![account, region, id], |row| row.get(0)).optional()?;
            // if the line is gone, so is everything older
            let Some(place) = place else { return Ok(Vec::new()) };
            place
        }
    };
    match resource {
        None => {
            let mut statement = connection.prepare_cached(include_str!("../../sql/board/list_lines.sql"))?;
            statement.query_map(params![account, region, before, outcome, limit], line)?.collect()
        }
        Some(resource) => {
            let mut statement =
                connection.prepare_cached(include_str!("../../sql/board/list_lines_of_resource.sql"))?;
            statement.query_map(params![account, region, resource, before, outcome, limit], line)?.collect()
        }
    }
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
