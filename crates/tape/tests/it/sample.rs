//! What the tests record.

use std::path::{Path, PathBuf};

use bartizan_ledger::StoreError;
use bartizan_policy::tape::{Position, Recording, Span, Tape};
use bartizan_tape::{FileTape, TapeSettings};
use bartizan_wire::{Realm, Timestamp};

pub(crate) const TRACK: &str = "host/inventory";
/// Everything.
pub(crate) const ALWAYS: Span = Span { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

pub(crate) fn realm() -> Realm {
    Realm::new("000000000001", "us-east-1").unwrap()
}

pub(crate) fn recording(number: i64) -> Recording {
    let body = format!("observation {number} ").repeat(usize::try_from(number % 5).unwrap());
    Recording { subject: format!("mi-{number}"), at: Timestamp(number), body: body.into_bytes() }
}

pub(crate) fn recordings(numbers: impl IntoIterator<Item = i64>) -> Vec<Recording> {
    numbers.into_iter().map(recording).collect()
}

/// A tape whose files are sealed early.
pub(crate) fn open_small(folder: &Path) -> FileTape {
    FileTape::open_with(folder, TapeSettings { segment_bytes_max: 500 }).unwrap()
}

pub(crate) async fn append(tape: &FileTape, numbers: impl IntoIterator<Item = i64>) -> Position {
    tape.append(&realm(), TRACK, recordings(numbers)).await.unwrap()
}

pub(crate) async fn read_all(tape: &FileTape) -> Result<Vec<Recording>, StoreError> {
    tape.read(&realm(), TRACK, ALWAYS, 0, u32::MAX).await
}

/// The files of the track with an extension, oldest first.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    files_in(&folder.join("000000000001/us-east-1/host%2finventory"), extension)
}

/// The files of a folder with an extension, sorted by name.
pub(crate) fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|own| own == extension)).collect();
    files.sort_unstable();
    files
}

/// A copy of a tape's folder.
pub(crate) fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    copy_into(from, to.path());
    to
}

fn copy_into(from: &Path, to: &Path) {
    for child in std::fs::read_dir(from).unwrap() {
        let child = child.unwrap();
        let target = to.join(child.file_name());
        if child.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_into(&child.path(), &target);
        } else {
            std::fs::copy(child.path(), target).unwrap();
        }
    }
}
