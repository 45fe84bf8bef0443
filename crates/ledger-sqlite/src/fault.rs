//! What went wrong in SQLite, said to the operator.

use std::path::Path;

use bartizan_ledger::StoreError;
use rusqlite::{Error, ErrorCode};

/// Says what failed while `doing` something, and what to do about it.
pub(crate) fn fault(path: &Path, doing: &str, error: &Error) -> StoreError {
    let path = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::NotWritable(format!(
            "the disk is full ({doing}): make room where `{path}` is; commits work again as soon as there is some"
        )),
        Some(ErrorCode::SystemIoFailure) => StoreError::NotWritable(format!(
            "the disk refuses ({doing}: {error}): see that there is room where `{path}` is and that the disk is healthy; \
             commits work again as soon as it accepts them"
        )),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::NotWritable(format!(
            "`{path}` cannot be written ({doing}: {error}): give this user the right to write the file and its folder, \
             then start again"
        )),
        Some(ErrorCode::CannotOpen) => StoreError::NotWritable(format!(
            "`{path}` cannot be opened ({error}): see that its folder exists and that this user may write there"
        )),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(format!(
            "`{path}` ({doing}: {error}): stop, keep a copy of the file, and restore it from a backup"
        )),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Failed(format!("another program holds `{path}` ({doing}): close it, then try again"))
        }
        _ => StoreError::Failed(format!("`{path}`, {doing}: {error}")),
    }
}
