//! Measures how fast samples are written and replayed, and how many bytes each takes.
//!
//! ```console
//! cargo run --release -p bartizan-tape --example series_speed -- [things] [hours] [measures] [folder]
//! ```
//!
//! A fleet reports every five minutes, not quite on time; what it reported is written once an hour. Values are counters
//! that rise by random steps and gauges that stay near a level, as devices have them. A folder that is given stays; if it
//! is there already, what is in it is only replayed.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a tool that measures stops at what it did not expect")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bartizan_policy::series::{Columns, Sample, Series, Value};
use bartizan_policy::tape::Span;
use bartizan_tape::FileSeries;
use bartizan_wire::{Realm, Timestamp};
use tokio::runtime::Runtime;

const TRACK: &str = "device/report";
/// 2026-11-01T00:00:00Z.
const START: i64 = 1_793_491_200_000;
const HOUR_MS: i64 = 3_600_000;
/// Reports of a thing in an hour.
const REPORTS: i64 = 12;
const ROUNDS: u32 = 5;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |or: i64| arguments.next().map_or(or, |given| given.parse().expect("a number"));
    let (things, hours, measures) = (number(20_000), number(24), number(4));
    let kept = arguments.next().map(PathBuf::from);
    let folder = kept.clone().unwrap_or_else(|| std::env::temp_dir().join(format!("series-{}", std::process::id())));
    let new = !folder.exists();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let realm = Realm::new("123456789012", "us-east-1").expect("a realm");

    let fleet = Fleet::new(things, measures);
    if new {
        write(&runtime, &realm, &folder, &fleet, hours);
    }
    let series = FileSeries::open(&folder).expect("what was written");
    let always = Span { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };
    for measure in &fleet.measures {
        let (mut last, mut rows, mut sum) = (Vec::new(), 0, 0.0);
        let counted = best_of(ROUNDS, &mut || {
            rows = 0;
            series.replay(&realm, TRACK, measure, always, &mut |columns| rows += columns.len()).expect("whole files");
        });
        // what an engine does at least: look at everything, and keep something by thing
        let kept = best_of(ROUNDS, &mut || {
            last.clear();
            let mut look = |columns: &Columns<'_>| {
                last.resize(columns.subjects.len(), 0.0);
                for (subject, number) in columns.subject.iter().zip(columns.number) {
                    if let Some(last) = last.get_mut(*subject as usize) {
                        *last = *number;
                    }
                }
            };
            series.replay(&realm, TRACK, measure, always, &mut look).expect("whole files");
            sum = last.iter().sum::<f64>();
        });
        for (what, (elapsed, busy)) in [("decoded", counted), ("replayed", kept)] {
            let (elapsed, busy) = (rate(rows, elapsed), rate(rows, busy));
            println!("{what}: {rows} rows of {measure}, {elapsed:.0} M rows/s, {busy:.0} for a core of its own");
        }
        assert!(sum > 0.0, "the last numbers of all things");
    }
    let thing = fleet.things.first().expect("a thing");
    let measure = fleet.measures.first().expect("a measure");
    let start = Instant::now();
    let found = runtime.block_on(series.find(&realm, TRACK, measure, thing, always)).expect("whole files");
    println!("found:    {} of one thing in {:.1} ms", found.len(), start.elapsed().as_secs_f64() * 1e3);
    if kept.is_none() {
        std::fs::remove_dir_all(folder).expect("our own folder");
    }
}

fn write(runtime: &Runtime, realm: &Realm, folder: &Path, fleet: &Fleet, hours: i64) {
    let series = FileSeries::open(folder).expect("a folder that can be written");
    let (mut rows, mut time) = (0, Duration::ZERO);
    for hour in 0..hours {
        let samples = fleet.samples(hour);
        rows += samples.len();
        let start = Instant::now();
        runtime.block_on(series.write(realm, TRACK, samples.into(), None)).expect("room for the samples");
        time += start.elapsed();
    }
    println!("written:  {rows} rows, {:.1} M rows/s", rate(rows, time));
    let start = Instant::now();
    runtime.block_on(series.merge()).expect("whole files");
    drop(series);
    println!("merged:   waited {:.1} s for it after the last write", start.elapsed().as_secs_f64());
    let (files, bytes) = size(folder);
    println!("stored:   {files} files, {:.2} bytes a row", per(bytes, rows));
}

/// The shortest time, and the shortest time on a core.
fn best_of(rounds: u32, work: &mut dyn FnMut()) -> (Duration, Duration) {
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        let (start, before) = (Instant::now(), busy());
        work();
        best = (best.0.min(start.elapsed()), best.1.min(busy() - before));
    }
    best
}

/// How long this thread has had a core: what others on the machine do does not count.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

struct Fleet {
    things: Vec<Arc<str>>,
    measures: Vec<Arc<str>>,
}

impl Fleet {
    fn new(things: i64, measures: i64) -> Self {
        let things = (0..things).map(|number| format!("sensor-{:08x}", noise(number, 0)).into()).collect();
        let measures = (0..measures).map(|number| format!("aws:measure-{number}").into()).collect();
        Self { things, measures }
    }

    fn samples(&self, hour: i64) -> Vec<Sample> {
        let mut samples = Vec::new();
        for report in 0..REPORTS {
            for (thing, subject) in (0..).zip(&self.things) {
                // up to a second late
                let late = noise(thing, hour * REPORTS + report) % 1000;
                let at = Timestamp(START + hour * HOUR_MS + report * HOUR_MS / REPORTS + thing % 300_000 + late);
                for (number, measure) in (0..).zip(&self.measures) {
                    let some = noise(thing * 1000 + number, at.0);
                    let count = if number % 2 == 0 { report * 40_000 + some % 50_000 } else { 20 + some % 8 };
                    let value = Value::Number(f64::from(i32::try_from(count).unwrap_or(i32::MAX)));
                    samples.push(Sample { subject: Arc::clone(subject), measure: Arc::clone(measure), at, value });
                }
            }
        }
        samples
    }
}

/// Not random, but as good as.
fn noise(seed: i64, more: i64) -> i64 {
    let mut number = (seed.cast_unsigned() << 32) ^ more.cast_unsigned();
    for _ in 0..2 {
        number = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    ((number >> 32) & 0x7fff_ffff).cast_signed()
}

fn size(folder: &Path) -> (usize, u64) {
    let mut sum = (0, 0);
    for child in std::fs::read_dir(folder).expect("a folder").map_while(Result::ok) {
        let path = child.path();
        let (files, bytes) = match path.is_dir() {
            true => size(&path),
            false => (1, child.metadata().expect("a file").len()),
        };
        sum = (sum.0 + files, sum.1 + bytes);
    }
    sum
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn per(bytes: u64, rows: usize) -> f64 {
    bytes as f64 / rows as f64
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn rate(rows: usize, time: Duration) -> f64 {
    rows as f64 / time.as_secs_f64() / 1e6
}
