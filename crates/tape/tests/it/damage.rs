//! A byte that changed on the disk is noticed, said with the name of the file, and nothing else is lost for it.

use std::path::Path;

use bartizan_ledger::StoreError;
use bartizan_policy::tape::{Span, Tape};
use bartizan_tape::FileTape;
use bartizan_wire::Timestamp;

use crate::sample::{TRACK, append, copy, files, open_small, read_all, realm, recordings};

async fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tape = open_small(folder.path());
    for number in 0..14 {
        append(&tape, [number]).await;
    }
    assert!(files(folder.path(), "tape").len() >= 2);
    folder
}

fn flip(path: &Path, place: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    *bytes.get_mut(place).unwrap() ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

fn assert_damaged<T: std::fmt::Debug>(outcome: Result<T, StoreError>, path: &Path, place: usize) {
    let Err(StoreError::Damaged(message)) = outcome else { panic!("byte {place} of {}: {outcome:?}", path.display()) };
    assert!(message.contains(path.to_str().unwrap()), "it should name the file: {message}");
}

#[tokio::test]
async fn every_changed_byte_of_every_file_is_noticed() {
    let original = sample().await;
    let count = files(original.path(), "tape").len();
    for file in 0..count {
        let length = std::fs::metadata(&files(original.path(), "tape")[file]).unwrap().len();
        for place in 0..usize::try_from(length).unwrap() {
            let folder = copy(original.path());
            let path = files(folder.path(), "tape").swap_remove(file);
            flip(&path, place);
            let tape = FileTape::open(folder.path()).unwrap();
            assert_damaged(read_all(&tape).await, &path, place);
        }
    }
}

#[tokio::test]
async fn what_is_elsewhere_can_be_read_and_recording_goes_on() {
    let folder = sample().await;
    let last = files(folder.path(), "tape").pop().unwrap();
    let length = std::fs::metadata(&last).unwrap().len();
    flip(&last, 20);
    let tape = open_small(folder.path());
    let span = |from, to| Span { from: Timestamp(from), to: Timestamp(to) };
    assert_eq!(tape.read(&realm(), TRACK, span(0, 2), 0, 2).await.unwrap(), recordings(0..2));
    append(&tape, [100]).await;
    assert_eq!(std::fs::metadata(&last).unwrap().len(), length, "what is damaged is left as it is");
    assert_damaged(read_all(&tape).await, &last, 20);
    drop(tape);
    // the operator does what the message says
    std::fs::remove_file(&last).unwrap();
    let tape = open_small(folder.path());
    let left = read_all(&tape).await.unwrap();
    assert_eq!(left.last(), recordings([100]).last());
    assert!(recordings(0..14).starts_with(&left[..left.len() - 1]));
}

#[tokio::test]
async fn a_file_that_is_cut_or_missing_while_open_is_noticed() {
    let folder = sample().await;
    let tape = open_small(folder.path());
    let first = files(folder.path(), "tape").swap_remove(0);
    std::fs::OpenOptions::new().write(true).open(&first).unwrap().set_len(100).unwrap();
    assert_damaged(read_all(&tape).await, &first, 100);
    std::fs::remove_file(&first).unwrap();
    let outcome = read_all(&tape).await;
    assert!(matches!(&outcome, Err(StoreError::Failed(message)) if message.contains("cannot be read")), "{outcome:?}");
}

#[tokio::test]
async fn a_newer_format_is_refused() {
    let folder = sample().await;
    let last = files(folder.path(), "tape").pop().unwrap();
    let mut bytes = std::fs::read(&last).unwrap();
    bytes[6..8].copy_from_slice(&[2, !2]);
    std::fs::write(&last, &bytes).unwrap();
    let Err(StoreError::Failed(message)) = FileTape::open(folder.path()) else { panic!("it should be refused") };
    assert!(message.contains("newer version") && message.contains(last.to_str().unwrap()), "{message}");
    assert_eq!(std::fs::read(&last).unwrap(), bytes);
}
