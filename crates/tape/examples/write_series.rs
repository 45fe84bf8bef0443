//! Writes some samples to a folder, for others to read: what `conformance/series.py` looks at.
//!
//! ```console
//! cargo run -p bartizan-tape --example write_series -- folder
//! ```
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a tool for tests stops at what it did not expect")]

use std::path::PathBuf;

use bartizan_policy::series::{Sample, Series, Texts, Value};
use bartizan_tape::FileSeries;
use bartizan_wire::{Realm, Timestamp};

/// 2026-11-25T00:00:00Z.
const START: i64 = 1_795_564_800_000;
const FIVE_MINUTES_MS: i64 = 300_000;

fn main() {
    let folder: PathBuf = std::env::args().nth(1).expect("a folder").into();
    let realm = Realm::new("123456789012", "us-east-1").expect("a realm");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let series = FileSeries::open(&folder).expect("a folder that can be written");
    // five writes: four of them become one file
    for round in 0..5 {
        let write = series.write(&realm, "device/report", samples(round).into(), None);
        runtime.block_on(write).expect("room for the samples");
    }
    runtime.block_on(series.merge()).expect("whole files");
    println!("{}", folder.join("123456789012/us-east-1/device%2freport/series").display());
}

/// One report of each of 100 things: a counter, and the ports that it listens on.
fn samples(round: i64) -> Vec<Sample> {
    let at = Timestamp(START + round * FIVE_MINUTES_MS);
    let report = |thing: i32| {
        let sample = |measure: &str, value| Sample {
            subject: format!("thing-{thing}").into(),
            measure: measure.into(),
            at,
            value,
        };
        let ports = ["22", "443", "8883"].map(str::to_owned).into_iter().take(usize::try_from(thing % 4).unwrap_or(0));
        let bytes = Value::Number(f64::from(thing) + 0.25);
        [sample("aws:all-bytes-out", bytes), sample("aws:listening-tcp-ports", Value::Texts(Texts::shown(ports)))]
    };
    (0..100).flat_map(report).collect()
}
