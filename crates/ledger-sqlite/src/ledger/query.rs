//! Reads of a ledger's file.

use std::sync::Arc;

use bartizan_ledger::{Entry, Key, LockToken, Revision, Seq, Stamp};
use bartizan_wire::{Realm, Timestamp};
use rusqlite::types::{Type, Value};
use rusqlite::{Connection, Error, OptionalExtension, Params, Row, params};

type Result<T> = rusqlite::Result<T>;

pub(crate) fn tip(connection: &Connection) -> Result<Seq> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/ledger/tip.sql"))?;
    statement.query_row([], |row| natural(row, 0)).map(Seq)
}

pub(crate) fn head(connection: &Connection, key: &Key) -> Result<Option<Entry>> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/ledger/head.sql"))?;
    statement.query_row(params![key.realm.account, key.realm.region, key.kind, key.name], entry).optional()
}

pub(crate) fn at(connection: &Connection, key: &Key, revision: Revision) -> Result<Option<Entry>> {
    let Ok(revision) = i64::try_from(revision.0) else { return Ok(None) };
    let mut statement = connection.prepare_cached(include_str!("../../sql/ledger/at.sql"))?;
    statement.query_row(params![key.realm.account, key.realm.region, key.kind, key.name, revision], entry).optional()
}

/// The names and revisions of live documents.
pub(crate) fn heads(
    connection: &Connection,
    realm: &Realm,
    kind: &str,
    prefix: &str,
    after: Option<String>,
    limit: u16,
) -> Result<Vec<(String, Revision)>> {
    let start = match after {
        // the least text greater than another one is that text and a zero
        Some(after) if after.as_str() >= prefix => after + "\0",
        _ => prefix.to_owned(),
    };
    let end = match first_beyond(prefix) {
        Some(end) => Value::Text(end),
        None => Value::Blob(Vec::new()),
    };
    let found = params![realm.account, realm.region, kind, start, end, limit];
    let mut statement = connection.prepare_cached(include_str!("../../sql/ledger/heads.sql"))?;
    statement.query_map(found, |row| Ok((row.get(0)?, Revision(natural(row, 1)?))))?.collect()
}

pub(crate) fn history(connection: &Connection, key: &Key, after: Revision, limit: u16) -> Result<Vec<Entry>> {
    let Ok(after) = i64::try_from(after.0) else { return Ok(Vec::new()) };
    let found = params![key.realm.account, key.realm.region, key.kind, key.name, after, limit];
    entries(connection, include_str!("../../sql/ledger/history.sql"), found)
}

pub(crate) fn since(connection: &Connection, seq: Seq, limit: u16) -> Result<Vec<Entry>> {
    let Ok(seq) = i64::try_from(seq.0) else { return Ok(Vec::new()) };
    entries(connection, include_str!("../../sql/ledger/since.sql"), params![seq, limit])
}

fn entries(connection: &Connection, sql: &str, found: impl Params) -> Result<Vec<Entry>> {
    connection.prepare_cached(sql)?.query_map(found, entry)?.collect()
}

/// The least text greater than all texts that start with `prefix`, in the order of their bytes, if there is one.
/// UTF-8 keeps the order of characters, so it is the prefix with its last character replaced by the next one.
fn first_beyond(prefix: &str) -> Option<String> {
    let mut rest = prefix.chars();
    while let Some(last) = rest.next_back() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            let mut beyond = rest.as_str().to_owned();
            beyond.push(next);
            return Some(beyond);
        }
    }
    None
}

/// The columns are the same, in the same order, in every query for entries.
fn entry(row: &Row<'_>) -> Result<Entry> {
    let body = row.get_ref(4)?.as_str_or_null().map_err(|error| conversion(4, error))?;
    Ok(Entry {
        seq: Seq(natural(row, 0)?),
        revision: Revision(natural(row, 1)?),
        token: LockToken(row.get(2)?),
        format: row.get(3)?,
        body: body.map(Arc::from),
        stamp: Stamp {
            principal: row.get(5)?,
            at: Timestamp(row.get(6)?),
            request: row.get(7)?,
            action: row.get(8)?,
            reason: row.get(9)?,
            preview: row.get(10)?,
        },
        key: Key {
            realm: Realm::new(row.get::<_, String>(11)?, row.get::<_, String>(12)?)
                .map_err(|error| Error::FromSqlConversionFailure(11, Type::Text, Box::new(error)))?,
            kind: row.get(13)?,
            name: row.get(14)?,
        },
    })
}

fn conversion(column: usize, error: rusqlite::types::FromSqlError) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// SQLite counts in signed integers; ours never reach the sign.
fn natural(row: &Row<'_>, column: usize) -> Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|error| Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::first_beyond;

    #[test]
    fn beyond_a_prefix_is_the_next_character() {
        assert_eq!(first_beyond("ab").as_deref(), Some("ac"));
        assert_eq!(first_beyond("é").as_deref(), Some("ê"));
        assert_eq!(first_beyond("a\u{10ffff}").as_deref(), Some("b"));
        // the surrogates are not characters
        assert_eq!(first_beyond("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(first_beyond("\u{10ffff}"), None);
        assert_eq!(first_beyond(""), None);
    }
}
