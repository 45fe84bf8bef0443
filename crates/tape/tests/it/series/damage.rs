//! What crashes leave is removed; what changed on the disk is noticed, said with the name of the file, and nothing else is
//! lost for it.

use std::sync::Arc;

use std::path::Path;

use bartizan_ledger::StoreError;
use bartizan_policy::Sample;
use bartizan_policy::series::Series;
use bartizan_policy::series::contract::sample::{ALWAYS, number, realm, texts};
use bartizan_tape::FileSeries;

use super::super::sample::copy;
use super::{TRACK, assert_has, files, write};

/// All samples of a folder, by `find`, which goes the way of `replay`.
async fn read(folder: &Path) -> Result<Vec<Sample>, StoreError> {
    let series = FileSeries::open(folder)?;
    let mut found = Vec::new();
    for measure in series.measures(&realm(1), TRACK).await? {
        for subject in ["s0", "s1", "s2"] {
            found.extend(series.find(&realm(1), TRACK, &measure, subject, ALWAYS).await?);
        }
    }
    Ok(found)
}

fn assert_damaged<T: std::fmt::Debug>(outcome: Result<T, StoreError>, path: &Path, what: &str) {
    let Err(StoreError::Damaged(message)) = outcome else { panic!("{what}: {outcome:?}") };
    assert!(message.contains(path.to_str().unwrap()), "{what}: it should name the file: {message}");
}

const SETS: [&[&str]; 3] = [&[], &["10.0.0.1"], &["10.0.0.1", "b"]];

/// A folder with one file of numbers and texts.
async fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    let numbers = (0..60).map(|row| number("m", &format!("s{}", row % 3), row * 1000 + row % 7, 0.5));
    let sets = (0..20).map(|row| texts("t", "s1", row, SETS.get(usize::try_from(row).unwrap() % 3).unwrap()));
    series.write(&realm(1), TRACK, Arc::new(numbers.chain(sets).collect()), None).await.unwrap();
    folder
}

#[tokio::test]
async fn every_changed_byte_is_noticed_or_does_not_matter() {
    let original = sample().await;
    let expected = read(original.path()).await.unwrap();
    assert_eq!(expected.len(), 80);
    let file = files(original.path(), "parquet").swap_remove(0);
    let bytes = std::fs::read(&file).unwrap();
    let mut noticed = 0;
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x10;
        std::fs::write(&file, &changed).unwrap();
        match read(original.path()).await {
            // such as a statistic that only others use
            Ok(found) => assert_eq!(found, expected, "byte {place} has changed what is read"),
            Err(error) => {
                noticed += 1;
                assert_damaged::<()>(Err(error), &file, &format!("byte {place}"));
            }
        }
    }
    assert!(noticed > bytes.len() / 2, "only {noticed} of {} were noticed", bytes.len());
}

#[tokio::test]
async fn a_file_cut_at_any_byte_is_noticed_and_writing_goes_on() {
    let original = sample().await;
    let length = std::fs::metadata(&files(original.path(), "parquet")[0]).unwrap().len();
    for cut in (0..length).step_by(7).chain([length - 1]) {
        let folder = copy(original.path());
        let file = files(folder.path(), "parquet").swap_remove(0);
        std::fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(cut).unwrap();
        assert_damaged(read(folder.path()).await, &file, &format!("cut at {cut}"));
        let series = FileSeries::open(folder.path()).unwrap();
        write(&series, 1).await;
        assert_damaged(series.sealed(&realm(1), TRACK).await, &file, "nobody can tell what was in it");
        drop(series);
        // the operator does what the message says
        std::fs::remove_file(&file).unwrap();
        tokio::task::spawn_blocking(move || {
            let series = FileSeries::open(folder.path()).unwrap();
            let mut rows = 0;
            series.replay(&realm(1), TRACK, "m", ALWAYS, &mut |columns| rows += columns.len()).unwrap();
            assert_eq!(rows, 5);
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_open_is_noticed() {
    let folder = sample().await;
    let series = FileSeries::open(folder.path()).unwrap();
    let file = files(folder.path(), "parquet").swap_remove(0);
    let original = std::fs::read(&file).unwrap();
    std::fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(100).unwrap();
    assert_damaged(series.find(&realm(1), TRACK, "m", "s1", ALWAYS).await, &file, "cut");
    // a whole file, but another one
    let other = tempfile::tempdir().unwrap();
    write(&FileSeries::open(other.path()).unwrap(), 1).await;
    std::fs::copy(&files(other.path(), "parquet")[0], &file).unwrap();
    assert_damaged(series.find(&realm(1), TRACK, "m", "s1", ALWAYS).await, &file, "another");
    std::fs::remove_file(&file).unwrap();
    let outcome = series.find(&realm(1), TRACK, "m", "s1", ALWAYS).await;
    assert!(matches!(&outcome, Err(StoreError::Failed(message)) if message.contains("cannot be read")), "{outcome:?}");
    std::fs::write(&file, original).unwrap();
    assert_eq!(series.find(&realm(1), TRACK, "m", "s1", ALWAYS).await.unwrap().len(), 20);
}

/// A merge that ends between giving the new file its name and taking it from the others.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_merged_is_not_there_twice_after_a_crash() {
    let before = tempfile::tempdir().unwrap();
    let series = FileSeries::open(before.path()).unwrap();
    for batch in 0..3 {
        write(&series, batch).await;
    }
    let folder = copy(before.path());
    let series = FileSeries::open(folder.path()).unwrap();
    write(&series, 3).await;
    series.merge().await.unwrap();
    drop(series);
    let merged = files(folder.path(), "parquet").swap_remove(0);
    for old in files(before.path(), "parquet") {
        std::fs::copy(&old, merged.with_file_name(old.file_name().unwrap())).unwrap();
    }
    std::fs::write(merged.with_file_name("000000000005-000000000005.new"), b"PAR1 and not much more").unwrap();
    std::fs::write(merged.with_file_name("000000000001-000000000001.dead"), b"PAR1").unwrap();
    assert_eq!(files(folder.path(), "parquet").len(), 4);
    let series = FileSeries::open(folder.path()).unwrap();
    assert_has(&series, 0..4);
    for extension in ["new", "dead"] {
        assert_eq!(files(folder.path(), extension).len(), 0, "{extension}");
    }
    assert_eq!(files(folder.path(), "parquet"), [merged]);
}

#[tokio::test]
async fn what_is_not_ours_is_left_alone() {
    let folder = sample().await;
    let ours = files(folder.path(), "parquet").swap_remove(0);
    let names = ["notes.txt", "copy.parquet", "1-2.parquet"];
    for name in names {
        std::fs::write(ours.with_file_name(name), b"not ours").unwrap();
    }
    assert_eq!(read(folder.path()).await.unwrap().len(), 80);
    for name in names {
        assert_eq!(std::fs::read(ours.with_file_name(name)).unwrap(), b"not ours");
    }
    // a name of ours makes it ours
    let pretender = ours.with_file_name("000000000009-000000000009.parquet");
    std::fs::write(&pretender, b"PAR1").unwrap();
    assert_damaged(read(folder.path()).await, &pretender, "a pretender");
}
