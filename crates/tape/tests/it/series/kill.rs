//! Killed at any moment, while files are written and merged, a store has everything that it acknowledged, once.

use std::sync::Arc;

use std::io::{BufRead, BufReader, Write};
use std::process::Command;
use std::time::Duration;

use bartizan_ledger::StoreError;
use bartizan_policy::Sample;
use bartizan_policy::series::Series;
use bartizan_policy::series::contract::sample::{ALWAYS, number, realm, replayed};
use bartizan_tape::FileSeries;

use super::super::child;
use super::super::kill::{kill_after, random};
use super::{TRACK, files};

const ROUNDS: i64 = 10;
/// 512-byte blocks that one file of the starved child may have: 64 KiB.
const BLOCKS_MAX: u32 = 128;

/// Which numbers are stored, in order, those that are stored twice also twice.
fn stored(series: &FileSeries) -> Vec<i64> {
    let samples = replayed(series, &realm(1), "m", ALWAYS).into_values().flatten();
    let mut numbers: Vec<i64> = samples.map(|sample| sample.at.0).collect();
    numbers.sort_unstable();
    numbers
}

async fn write(series: &FileSeries, sample: Sample) {
    series.write(&realm(1), TRACK, vec![sample].into(), None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test below"]
async fn writes_until_it_is_killed() {
    let series = FileSeries::open(child::folder()).unwrap();
    let start = stored(&series).last().map_or(0, |last| last + 1);
    for at in start.. {
        write(&series, number("m", &format!("s{}", at % 3), at, 1.0)).await;
        child::tell(&at.to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<i64> = Vec::new();
    let mut written = 0;
    for round in 0..ROUNDS {
        let working = round % 4 != 3;
        let time = Duration::from_micros(random() % 60_000);
        let new = kill_after("series::kill::writes_until_it_is_killed", folder.path(), working, time);
        assert!(!new.is_empty() || !working, "round {round} has acknowledged nothing");
        acknowledged.extend(new);
        let series = FileSeries::open(folder.path()).unwrap();
        let left = stored(&series);
        // one that was written and not acknowledged any more may be there
        assert!(left.iter().copied().eq(0..i64::try_from(left.len()).unwrap()), "round {round}: {left:?}");
        assert!(acknowledged.last().is_none_or(|last| left.binary_search(last).is_ok()), "round {round}");
        assert!(left.len() >= written, "round {round}");
        written = left.len();
    }
    assert!(files(folder.path(), "parquet").len() < written, "some were merged meanwhile");
    assert_eq!(files(folder.path(), "new").len(), 0);
}

/// A limit on the size of files makes writes fail as a full disk does, without being root and mounting one.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test below"]
async fn writes_until_the_disk_is_full() {
    let series = FileSeries::open(child::folder()).unwrap();
    write(&series, number("m", "s", 0, 1.0)).await;
    // random numbers, which no compression makes smaller
    let noise = |at| number("m", "s", at, f64::from_bits(random()));
    let outcome = series.write(&realm(1), TRACK, Arc::new((1..50_000).map(noise).collect()), None).await;
    let Err(StoreError::NotWritable(message)) = &outcome else { panic!("{outcome:?}") };
    assert!(message.contains("room"), "it should say what to do: {message}");
    assert_eq!(stored(&series), [0], "what failed cannot be seen");
    assert_eq!(files(&child::folder(), "new").len(), 0, "and takes no room");
    child::tell("full");

    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    series.write(&realm(1), TRACK, Arc::new((1..50_000).map(noise).collect()), None).await.unwrap();
    child::tell("recovered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_got_over() {
    let folder = tempfile::tempdir().unwrap();
    let limit = format!("trap '' XFSZ; ulimit -S -f {BLOCKS_MAX}");
    let name = "series::kill::writes_until_the_disk_is_full";
    let mut process = child::command_after(&limit, name, folder.path()).spawn().unwrap();
    let mut told = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut input = process.stdin.take().unwrap();
    assert!(told.any(|line| line == "> full"), "the child should say that the disk is full");
    let raised = Command::new("prlimit").args(["--pid", &process.id().to_string(), "--fsize=unlimited"]).status();
    assert!(raised.is_ok_and(|status| status.success()), "this test needs `prlimit` of util-linux");
    input.write_all(b"there is room\n").unwrap();
    assert!(told.any(|line| line == "> recovered"), "the child should go on");
    process.wait().unwrap();
    assert_eq!(stored(&FileSeries::open(folder.path()).unwrap()).len(), 50_000);
}
