//! Samples on disk.

mod damage;
mod kill;
mod merging;
mod model;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bartizan_policy::series::Series;
use bartizan_policy::series::contract::sample::{ALWAYS, number, realm, replayed};
use bartizan_policy::{Position, Sample};
use bartizan_tape::FileSeries;

use super::sample::files_in;

fn make_series() -> (Arc<dyn Series>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Arc::new(FileSeries::open(folder.path()).unwrap()), folder)
}

mod contract {
    bartizan_policy::series_contract!(super::make_series);
}

/// The track of the contract, which these tests write to as well.
const TRACK: &str = bartizan_policy::series::contract::sample::TRACK;

/// Some samples of two measures and three subjects, at times of their own.
fn samples(batch: i64) -> Vec<Sample> {
    let sample = |row: i64| {
        let measure = if row % 2 == 0 { "m" } else { "n" };
        number(measure, &format!("s{}", row % 3), batch * 10 + row, f64::from(i32::try_from(batch).unwrap()))
    };
    (0..10).map(sample).collect()
}

async fn write(series: &FileSeries, batch: i64) {
    let sealed = Position(batch.unsigned_abs());
    series.write(&realm(1), TRACK, samples(batch).into(), Some(sealed)).await.unwrap();
}

/// All samples of both measures, which a store has if these batches were written.
fn assert_has(series: &FileSeries, batches: impl IntoIterator<Item = i64>) {
    let key = |sample: &Sample| (sample.measure.to_string(), sample.subject.to_string(), sample.at);
    let mut expected: Vec<Sample> = batches.into_iter().flat_map(samples).collect();
    expected.sort_by_key(key);
    let found = ["m", "n"].map(|measure| replayed(series, &realm(1), measure, ALWAYS));
    let mut found: Vec<Sample> = found.into_iter().flat_map(|by_subject| by_subject.into_values().flatten()).collect();
    found.sort_by_key(key);
    assert_eq!(found, expected);
}

/// The files of the track with an extension, oldest first.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    files_in(&folder.join("000000000001/us-east-1/test%2freport/series"), extension)
}
