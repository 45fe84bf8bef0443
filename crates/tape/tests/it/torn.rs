//! A crash may cut off the end of the last file at any byte. Whatever was whole before is kept, and recording goes on.

use bartizan_tape::FileTape;
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::sample::{append, copy, files, open_small, read_all, recordings};

/// Appends of some recordings each.
fn appends() -> impl Strategy<Value = Vec<Vec<i64>>> {
    vec(vec(0..1000_i64, 1..4), 1..8)
}

#[test]
fn cut_at_any_byte_only_the_end_is_lost() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 3, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config)
        .run(&appends(), |appends| runtime.block_on(every_cut(&appends)).map_err(TestCaseError::fail));
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

async fn every_cut(appends: &[Vec<i64>]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let tape = open_small(folder.path());
    // how long the last file was, and how many recordings there were, after each append
    let mut acknowledged = Vec::new();
    let mut count = 0;
    for numbers in appends {
        append(&tape, numbers.iter().copied()).await;
        count += numbers.len();
        let last = files(folder.path(), "tape").pop().unwrap();
        let length = std::fs::metadata(&last).unwrap().len();
        acknowledged.push((last.file_name().unwrap().to_owned(), length, count));
    }
    drop(tape);
    let all = recordings(appends.iter().flatten().copied());
    let last = files(folder.path(), "tape").pop().unwrap();
    let length = std::fs::metadata(&last).unwrap().len();
    for cut in 0..length {
        let copied = copy(folder.path());
        let last = files(copied.path(), "tape").pop().unwrap();
        std::fs::OpenOptions::new().write(true).open(&last).unwrap().set_len(cut).unwrap();
        let name = last.file_name().unwrap();
        // what had been acknowledged when the file was no longer than it is now
        let safe = acknowledged.iter().filter(|(file, length, _)| file != name || *length <= cut);
        let safe = safe.map(|(_, _, count)| *count).max().unwrap_or(0);

        let tape = FileTape::open(copied.path()).map_err(|error| format!("cut at {cut}: {error}"))?;
        let left = read_all(&tape).await.map_err(|error| format!("cut at {cut}: {error}"))?;
        if left.len() < safe || !all.starts_with(&left) {
            return Err(format!("cut at {cut}: {} are left of {safe}", left.len()));
        }
        append(&tape, [5000]).await;
        drop(tape);
        let tape = FileTape::open(copied.path()).map_err(|error| format!("cut at {cut}, then: {error}"))?;
        let after = read_all(&tape).await.map_err(|error| format!("cut at {cut}, then: {error}"))?;
        if after != [left, recordings([5000])].concat() {
            return Err(format!("cut at {cut}: what was appended afterwards is not there"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn zeros_in_place_of_the_end_are_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    append(&tape, 1..10).await;
    drop(tape);
    let last = files(folder.path(), "tape").pop().unwrap();
    let whole = std::fs::metadata(&last).unwrap().len();
    // the length was written, the bytes were not
    std::fs::OpenOptions::new().write(true).open(&last).unwrap().set_len(whole + 5000).unwrap();
    let tape = FileTape::open(folder.path()).unwrap();
    assert_eq!(read_all(&tape).await.unwrap(), recordings(1..10));
    assert_eq!(std::fs::metadata(&last).unwrap().len(), whole);
    append(&tape, [10]).await;
    assert_eq!(read_all(&tape).await.unwrap(), recordings(1..11));
}
