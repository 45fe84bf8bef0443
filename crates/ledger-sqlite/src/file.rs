//! Opening a database file: whose it is, whether it is whole, which format it has, and how it is brought up to date.

use std::path::{Path, PathBuf};

use bartizan_ledger::StoreError;
use rusqlite::{Connection, OpenFlags};

use crate::fault::fault;

/// Prepared statements that a connection keeps; more than this crate has.
const STATEMENTS_KEPT: usize = 64;

/// What is kept in a file.
#[derive(Debug)]
pub(crate) struct Format {
    /// What users call it.
    pub(crate) name: &'static str,
    /// Written into the file's header by the first migration, so that one kind of file is not opened as another.
    pub(crate) application_id: i64,
    /// Numbered from 1; each ends with setting `user_version` to its number.
    pub(crate) migrations: &'static [&'static str],
}

/// A file that is known to be whole, ours and up to date.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) writer: Connection,
}

/// Opens a file for writing, creating or upgrading it where needed.
///
/// # Errors
/// It cannot be written, is damaged, is something else, or was written by a newer version.
pub(crate) fn open(path: &Path, format: &Format) -> Result<Opened, StoreError> {
    let said = |doing: &'static str| move |error: rusqlite::Error| fault(path, doing, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut writer = Connection::open_with_flags(path, flags).map_err(said("opening"))?;
    // nothing is changed before it is clear that the file is ours
    let version = check_identity(&writer, path, format)?;
    writer.execute_batch(include_str!("../sql/file/settings_writer.sql")).map_err(said("setting up"))?;
    writer.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    let journal: String = ask(&writer, include_str!("../sql/file/journal_mode.sql")).map_err(said("setting up"))?;
    if journal != "wal" {
        return Err(StoreError::Failed(format!(
            "`{}` cannot have a write-ahead log (it has `{journal}`): put it on a local disk, not on a network share",
            path.display()
        )));
    }
    check_whole(&writer, path)?;
    migrate(&mut writer, path, format, version)?;
    Ok(Opened { path: path.to_owned(), writer })
}

/// Opens a file that [`open`] has opened, for reading.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let said = |error: rusqlite::Error| fault(path, "opening for reading", &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags).map_err(said)?;
    reader.execute_batch(include_str!("../sql/file/settings_reader.sql")).map_err(said)?;
    reader.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(reader)
}

fn ask<T: rusqlite::types::FromSql>(connection: &Connection, sql: &str) -> rusqlite::Result<T> {
    connection.query_row(sql, [], |row| row.get(0))
}

/// The version of the file's format, 0 for a new file.
fn check_identity(writer: &Connection, path: &Path, format: &Format) -> Result<usize, StoreError> {
    let said = |error: rusqlite::Error| fault(path, "reading its format", &error);
    let tables: i64 = ask(writer, include_str!("../sql/file/schema_size.sql")).map_err(said)?;
    let identity: i64 = ask(writer, include_str!("../sql/file/application_id.sql")).map_err(said)?;
    let version: i64 = ask(writer, include_str!("../sql/file/user_version.sql")).map_err(said)?;
    if tables == 0 && identity == 0 && version == 0 {
        return Ok(0);
    }
    let (path, name, known) = (path.display(), format.name, format.migrations.len());
    if identity != format.application_id {
        return Err(StoreError::Failed(format!("`{path}` is not a {name} of this program: choose another folder")));
    }
    match usize::try_from(version) {
        Ok(version) if version <= known => Ok(version),
        _ => Err(StoreError::Failed(format!(
            "`{path}` was written by a newer version of this program (its format is {version}, this version knows \
             {known}): start the newer version, or restore a {name} from before the upgrade"
        ))),
    }
}

fn check_whole(writer: &Connection, path: &Path) -> Result<(), StoreError> {
    let verdict: String =
        ask(writer, include_str!("../sql/file/quick_check.sql")).map_err(|error| fault(path, "checking", &error))?;
    if verdict == "ok" {
        return Ok(());
    }
    Err(StoreError::Damaged(format!(
        "`{}` ({verdict}): stop, keep a copy of the file, and restore it from a backup",
        path.display()
    )))
}

/// Each step is one transaction, so that a crash between two of them leaves a file that the next start goes on with.
fn migrate(writer: &mut Connection, path: &Path, format: &Format, version: usize) -> Result<(), StoreError> {
    let said = |error: rusqlite::Error| fault(path, "bringing its format up to date", &error);
    for step in format.migrations.iter().skip(version) {
        let transaction = writer.transaction().map_err(said)?;
        transaction.execute_batch(step).map_err(said)?;
        transaction.commit().map_err(said)?;
    }
    Ok(())
}
