//! What went wrong with a file, said to the operator.

use std::io::{Error, ErrorKind};
use std::path::Path;

use bartizan_ledger::StoreError;

/// Writing failed.
pub(crate) fn not_written(path: &Path, error: &Error) -> StoreError {
    let path = path.display();
    StoreError::NotWritable(match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            format!("there is no room for `{path}` ({error}): make some; recording goes on as soon as there is")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("`{path}` cannot be written ({error}): give this user the right to write there, then start again")
        }
        _ => format!("`{path}` cannot be written ({error}): see that its folder exists and that the disk is healthy"),
    })
}

/// Reading failed.
pub(crate) fn not_read(path: &Path, error: &Error) -> StoreError {
    StoreError::Failed(format!("`{}` cannot be read: {error}", path.display()))
}

/// What is stored does not read back.
pub(crate) fn damaged(path: &Path, offset: u64) -> StoreError {
    StoreError::Damaged(format!(
        "the recordings in `{}` do not read back from byte {offset} on: restore the file from a backup, or move it away \
         to go on without what it holds",
        path.display()
    ))
}

/// A file of samples does not read back.
pub(crate) fn unreadable(path: &Path, why: &str) -> StoreError {
    StoreError::Damaged(format!(
        "the samples in `{}` do not read back ({why}): restore the file from a backup, or move it away and start again to \
         go on without what it holds",
        path.display()
    ))
}
