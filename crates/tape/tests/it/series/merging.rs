//! Merging, pruning, and who reads meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bartizan_policy::series::Series;
use bartizan_policy::series::contract::sample::{ALWAYS, number, realm, replayed, span};
use bartizan_policy::{Position, Sample};
use bartizan_tape::{FileSeries, Pruned};
use bartizan_wire::Timestamp;

use super::{TRACK, assert_has, files, samples, write};

#[tokio::test(flavor = "multi_thread")]
async fn small_files_become_few() {
    let folder = tempfile::tempdir().unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    for batch in 0..37 {
        write(&series, batch).await;
    }
    series.merge().await.unwrap();
    // 37 is 2 * 16 + 1 * 4 + 1
    let names: Vec<String> = files(folder.path(), "parquet")
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let expected = [(1, 16), (17, 32), (33, 36), (37, 37)];
    assert_eq!(names, expected.map(|(first, last)| format!("{first:012}-{last:012}")));
    assert!(!series.merge().await.unwrap(), "there is nothing left to merge");
    assert_has(&series, 0..37);
    assert_eq!(series.sealed(&realm(1), TRACK).await.unwrap(), Some(Position(36)));
    drop(series);
    let series = FileSeries::open(folder.path()).unwrap();
    assert_has(&series, 0..37);
    write(&series, 37).await;
    assert_has(&series, 0..38);
    assert_eq!(files(folder.path(), "dead").len() + files(folder.path(), "new").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_merged_around_one_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    for batch in [5, 0, 6] {
        write(&series, batch).await;
    }
    assert_eq!(series.prune(Timestamp(50)).await.unwrap(), Pruned { segments: 1, recordings: 10 });
    for batch in [7, 8] {
        write(&series, batch).await;
    }
    series.merge().await.unwrap();
    assert_eq!(files(folder.path(), "parquet").len(), 1);
    assert_has(&series, 5..9);
}

/// The name of a merged file says what is in it: nothing that could not be read.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_not_merged_around_a_damaged_one() {
    let folder = tempfile::tempdir().unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    for batch in 0..3 {
        write(&series, batch).await;
    }
    drop(series);
    let (second, bytes) = {
        let second = files(folder.path(), "parquet").swap_remove(1);
        let bytes = std::fs::read(&second).unwrap();
        std::fs::write(&second, b"PAR1").unwrap();
        (second, bytes)
    };
    let series = FileSeries::open(folder.path()).unwrap();
    for batch in [3, 4] {
        write(&series, batch).await;
    }
    assert!(!series.merge().await.unwrap());
    drop(series);
    // the operator has a backup
    std::fs::write(&second, bytes).unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    assert_has(&series, 0..5);
    series.merge().await.unwrap();
    assert_eq!(files(folder.path(), "parquet").len(), 2);
    assert_has(&series, 0..5);
}

/// A file is deleted as a whole: one that covers weeks would keep what is old for the sake of what is new.
#[tokio::test(flavor = "multi_thread")]
async fn files_stay_within_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    const HOUR: i64 = 3_600_000;
    for hour in 0..24 * 8 {
        let sample = |minute: i64| number("m", "s", hour * HOUR + minute * 60_000, 1.0);
        series.write(&realm(1), TRACK, Arc::new((0..60).map(sample).collect()), None).await.unwrap();
    }
    series.merge().await.unwrap();
    let (before, half) = (files(folder.path(), "parquet").len(), 24 * 4 * HOUR);
    assert!((8..=20).contains(&before), "{before} files for eight days");
    let pruned = series.prune(Timestamp(half)).await.unwrap();
    assert!(pruned.recordings >= 60 * 24 * 3, "{pruned:?}: what is a day older is gone");
    let left = replayed(&series, &realm(1), "m", ALWAYS).remove("s").unwrap();
    assert_eq!(left.len() as u64, 60 * 24 * 8 - pruned.recordings);
    assert!(left.iter().filter(|sample| sample.at.0 >= half).count() == 60 * 24 * 4, "what is newer is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_keeps_nothing_from_being_merged() {
    let folder = tempfile::tempdir().unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    for batch in 0..16 {
        let wrong = [0, i64::MAX - 1, i64::MIN].map(|at| number("m", "wrong", at, 1.0));
        let own = number("m", "s", batch, 1.0);
        series.write(&realm(1), TRACK, [&wrong[..], &[own]].concat().into(), None).await.unwrap();
    }
    series.merge().await.unwrap();
    assert_eq!(files(folder.path(), "parquet").len(), 1);
    assert_eq!(replayed(&series, &realm(1), "m", ALWAYS)["s"].len(), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_files_are_deleted_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    for batch in 0..3 {
        write(&series, batch).await;
    }
    assert_eq!(series.prune(Timestamp(9)).await.unwrap(), Pruned::default());
    assert_eq!(series.prune(Timestamp(10)).await.unwrap(), Pruned { segments: 1, recordings: 10 });
    assert_has(&series, 1..3);
    assert_eq!(series.prune(Timestamp(i64::MAX)).await.unwrap(), Pruned { segments: 2, recordings: 20 });
    assert_has(&series, []);
    assert_eq!(files(folder.path(), "parquet").len() + files(folder.path(), "dead").len(), 0);
    assert_eq!(series.sealed(&realm(1), TRACK).await.unwrap(), None);
    write(&series, 5).await;
    drop(series);
    assert_has(&FileSeries::open(folder.path()).unwrap(), [5]);
}

/// A replay sees the files that were there when it began, whatever becomes of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_under_way_is_not_disturbed() {
    let folder = tempfile::tempdir().unwrap();
    let series = FileSeries::open(folder.path()).unwrap();
    for batch in 0..3 {
        write(&series, batch).await;
    }
    let here = tokio::runtime::Handle::current();
    let mut rows = 0;
    tokio::task::block_in_place(|| {
        series.replay(&realm(1), TRACK, "m", ALWAYS, &mut |columns| {
            if rows == 0 {
                here.block_on(async {
                    write(&series, 3).await;
                    series.merge().await.unwrap();
                    assert_eq!(files(folder.path(), "parquet").len(), 1, "others see one file");
                    assert!(!files(folder.path(), "dead").is_empty(), "the reader has its own");
                    series.prune(Timestamp(i64::MAX)).await.unwrap();
                });
            }
            rows += columns.len();
        })
    })
    .unwrap();
    assert_eq!(rows, 3 * 5);
    assert_eq!(files(folder.path(), "dead").len(), 0, "nobody reads them any more");
    assert_has(&series, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_never_miss_and_never_see_twice() {
    const BATCHES: i64 = 60;
    let folder = tempfile::tempdir().unwrap();
    let series = Arc::new(FileSeries::open(folder.path()).unwrap());
    let (acknowledged, done) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
    let reader = {
        let (series, acknowledged, done) = (Arc::clone(&series), Arc::clone(&acknowledged), Arc::clone(&done));
        tokio::task::spawn_blocking(move || {
            let mut reads = 0;
            while !done.load(Ordering::Acquire) {
                let before = usize::try_from(acknowledged.load(Ordering::Acquire)).unwrap() * 5;
                let mut found = Vec::new();
                series
                    .replay(&realm(1), TRACK, "m", ALWAYS, &mut |columns| {
                        let names = columns.subject.iter().map(|code| columns.subjects[*code as usize].to_string());
                        found.extend(names.zip(columns.at.iter().copied()));
                    })
                    .unwrap();
                let count = found.len();
                found.sort_unstable();
                found.dedup();
                assert_eq!(found.len(), count, "some were seen twice");
                assert!(count >= before, "only {count} of {before} were seen");
                reads += 1;
            }
            reads
        })
    };
    for batch in 0..BATCHES {
        write(&series, batch).await;
        acknowledged.store(batch + 1, Ordering::Release);
        let span = span(batch * 10, batch * 10 + 10);
        let found = series.find(&realm(1), TRACK, "m", "s0", span).await.unwrap();
        let expected: Vec<Sample> =
            samples(batch).into_iter().filter(|one| &*one.measure == "m" && &*one.subject == "s0").collect();
        assert_eq!(found, expected);
    }
    series.merge().await.unwrap();
    done.store(true, Ordering::Release);
    assert!(reader.await.unwrap() > 1);
    assert_has(&series, 0..BATCHES);
}
