//! A fleet's tape, and a changed profile replayed over it: one turn for each line of standard input.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bartizan_device::behavior::{Behavior, BehaviorCriteria, ComparisonOperator, MetricValue, StatisticalThreshold};
use bartizan_device::engine::{Finding, NamedProfile, Plan, Replay, Source, tally};
use bartizan_device::metric::Measure;
use bartizan_policy::series::{Columns, Sample, Series, Value};
use bartizan_policy::{Sink, Span};
use bartizan_tape::FileSeries;
use bartizan_wire::{Realm, Timestamp};
use serde_json::json;

use crate::{Failure, clock};

const TRACK: &str = "device/report";
const METRIC: &str = "load";
/// 2026-11-01T00:00:00Z, a multiple of the period.
const START: i64 = 1_793_491_200_000;
const PERIOD_MS: i64 = 300_000;
const HOUR_MS: i64 = 3_600_000;
/// Reports of the whole fleet that are written together.
const WRITTEN_TOGETHER: i64 = 12;
/// About one value in ten is above it.
const THRESHOLD: f64 = 230.0;
const MEAN: f64 = 100.0;

/// Where the tape is, and how large.
#[derive(Debug, clap::Args)]
pub(crate) struct Tape {
    /// Devices.
    devices: u32,
    /// Reports of each.
    reports: u32,
    /// Holds the tape; must not exist.
    #[arg(long)]
    folder: std::path::PathBuf,
}

/// Counts alarms.
#[derive(Debug, Default)]
struct Alarms(u64);

impl Sink<Finding> for Alarms {
    fn finding(&mut self, finding: Finding) {
        self.0 += u64::from(matches!(finding, Finding::Alarm(_)));
    }
}

/// Columns of all rows, in memory, as a replay hands them out.
#[derive(Debug, Default)]
struct Memory {
    subjects: Vec<Arc<str>>,
    subject: Vec<u32>,
    at: Vec<i64>,
    number: Vec<f64>,
}

impl Memory {
    fn push(&mut self, subject: u32, at: i64, number: f64) {
        self.subject.push(subject);
        self.at.push(at);
        self.number.push(number);
    }

    fn columns(&self) -> Columns<'_> {
        Columns { subjects: &self.subjects, subject: &self.subject, at: &self.at, number: &self.number, texts: None }
    }
}

struct World {
    series: FileSeries,
    realm: Realm,
    plan: Plan,
    memory: Memory,
    /// The same rows hour by hour, each sorted by device.
    hours: Vec<Memory>,
    end: Timestamp,
}

/// Writes the tape, says where its files are, and takes turns until the input ends.
pub(crate) fn run(tape: &Tape) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let realm = Realm::new("123456789012", "us-east-1")?;
    let writing = clock::process_seconds()?;
    {
        let series = FileSeries::open(&tape.folder)?;
        runtime.block_on(write(&series, &realm, tape))?;
    }
    let writing = clock::process_seconds()? - writing;
    let series = FileSeries::open(&tape.folder)?;
    let mut files = Vec::new();
    let bytes = parquet_files(&tape.folder, &mut files)?;
    let plan = Plan::compile(
        vec![NamedProfile { name: "changed".into(), behaviors: behaviors().into() }],
        BTreeMap::from([(Arc::from(METRIC), Measure::Number)]),
    )
    .map_err(|violations| violations.render())?;
    let mut world = World {
        series,
        realm,
        plan,
        memory: Memory::default(),
        hours: Vec::new(),
        end: Timestamp(START + i64::from(tape.reports) * PERIOD_MS),
    };
    world.load()?;
    println!(
        "{}",
        json!({ "files": files, "bytes": bytes, "writing_seconds": writing, "threshold": THRESHOLD, "rows": world.memory.at.len() })
    );
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let before = clock::on_cpu()?;
        let answer = world.turn(line.trim())?;
        let busy: Duration = clock::on_cpu()?.saturating_sub(before);
        println!("{}", json!({ "cpu_seconds": busy.as_secs_f64(), "answer": answer }));
    }
    Ok(())
}

impl World {
    /// Reads everything into memory.
    fn load(&mut self) -> Result<(), Failure> {
        let memory = &mut self.memory;
        // Files come one after the other, each sorted by device; in memory the whole is.
        let mut rows: Vec<(u32, i64, f64)> = Vec::new();
        self.series.replay(&self.realm, TRACK, METRIC, ALWAYS, &mut |columns| {
            memory.subjects = columns.subjects.to_vec();
            let cells = columns.subject.iter().zip(columns.at).zip(columns.number);
            rows.extend(cells.map(|((subject, at), number)| (*subject, *at, *number)));
        })?;
        rows.sort_unstable_by_key(|(subject, at, _)| (*subject, *at));
        for (subject, at, number) in &rows {
            memory.push(*subject, *at, *number);
        }
        rows.sort_by_key(|(_, at, _)| (at - START) / HOUR_MS);
        for hour in rows.chunk_by(|(_, one, _), (_, other, _)| (one - START) / HOUR_MS == (other - START) / HOUR_MS) {
            let mut kept = Memory { subjects: memory.subjects.clone(), ..Memory::default() };
            for (subject, at, number) in hour {
                kept.push(*subject, *at, *number);
            }
            self.hours.push(kept);
        }
        Ok(())
    }

    fn turn(&self, name: &str) -> Result<u64, Failure> {
        let replay = |behavior| Replay::of(&self.plan, "changed", behavior).ok_or("the behavior is not replayed");
        Ok(match name {
            "alarms-disk" => self.over_disk(replay("static")?)?,
            "alarms-memory" => self.over_memory(replay("static")?),
            "p90-disk" => self.violating(replay("fleet")?, &mut |span, sink| {
                self.series.replay(&self.realm, TRACK, METRIC, span, sink).map_err(Into::into)
            })?,
            "p90-memory" => self.violating(replay("fleet")?, &mut |span, sink| {
                // the span of a window begins one millisecond later than the hour
                let hour = (span.from.0 - START) / HOUR_MS;
                let hour = usize::try_from(hour).ok().and_then(|hour| self.hours.get(hour));
                sink(&hour.ok_or("there is no such hour")?.columns());
                Ok(())
            })?,
            "floor" => self.memory.number.iter().map(|number| u64::from(*number > THRESHOLD)).sum(),
            other => return Err(format!("`{other}` is no turn").into()),
        })
    }

    fn over_disk(&self, mut replay: Replay) -> Result<u64, Failure> {
        let (mut alarms, mut subjects) = (Alarms::default(), Vec::new());
        self.series.replay(&self.realm, TRACK, METRIC, ALWAYS, &mut |columns| {
            replay.take(columns, &|_| true, &mut alarms);
            if subjects.len() < columns.subjects.len() {
                subjects = columns.subjects.to_vec();
            }
        })?;
        replay.finish(self.end, &subjects, &mut alarms);
        Ok(alarms.0)
    }

    fn over_memory(&self, mut replay: Replay) -> u64 {
        let mut alarms = Alarms::default();
        replay.take(&self.memory.columns(), &|_| true, &mut alarms);
        replay.finish(self.end, &self.memory.subjects, &mut alarms);
        alarms.0
    }

    /// Datapoints that violate, counted as a preview does where the whole fleet of a window is needed: hour by hour.
    fn violating(&self, replay: Replay, source: &mut Source<'_, Failure>) -> Result<u64, Failure> {
        // a window is judged by the tick at its end
        let span = Span { from: Timestamp(START), to: Timestamp(self.end.0 + 1) };
        Ok(tally(replay, Timestamp(START), span, &|_| true, source)?.violating)
    }
}

const ALWAYS: Span = Span { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

fn behaviors() -> Vec<Behavior> {
    let behavior = |name: &str, criteria| Behavior {
        name: name.to_owned(),
        metric: Some(METRIC.to_owned()),
        metric_dimension: None,
        criteria: Some(criteria),
        suppress_alerts: None,
        export_metric: None,
    };
    let at_most = BehaviorCriteria {
        comparison_operator: Some(ComparisonOperator::LessThanEquals),
        ..BehaviorCriteria::default()
    };
    vec![
        behavior(
            "static",
            BehaviorCriteria {
                value: Some(MetricValue { number: Some(THRESHOLD), ..MetricValue::default() }),
                consecutive_datapoints_to_alarm: Some(3),
                ..at_most.clone()
            },
        ),
        behavior(
            "fleet",
            BehaviorCriteria {
                statistical_threshold: Some(StatisticalThreshold { statistic: Some("p90".to_owned()) }),
                duration_seconds: Some(300),
                ..at_most
            },
        ),
    ]
}

/// Each device reports once in five minutes, always the same while after their begin; values fall off exponentially.
async fn write(series: &FileSeries, realm: &Realm, tape: &Tape) -> Result<(), Failure> {
    let subjects: Vec<Arc<str>> = (0..tape.devices).map(|device| format!("device-{device:07}").into()).collect();
    let measure: Arc<str> = METRIC.into();
    let reports = i64::from(tape.reports);
    let mut state = 0x6465_7669_6365_u64;
    let mut samples = Vec::new();
    for report in 0..reports {
        for (device, subject) in (0_i64..).zip(&subjects) {
            let offset = 1_000 + device % 298_000;
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            #[expect(clippy::cast_precision_loss, reason = "53 bits of a random number")]
            let share = ((state >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
            samples.push(Sample {
                subject: Arc::clone(subject),
                measure: Arc::clone(&measure),
                at: Timestamp(START + report * PERIOD_MS + offset),
                // whole hundredths, as a sensor has them
                value: Value::Number((-share.ln() * MEAN * 100.0).round() / 100.0),
            });
        }
        if (report + 1) % WRITTEN_TOGETHER == 0 || report + 1 == reports {
            series.write(realm, TRACK, std::mem::take(&mut samples).into(), None).await?;
        }
    }
    while series.merge().await? {}
    Ok(())
}

fn parquet_files(folder: &Path, files: &mut Vec<String>) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            bytes += parquet_files(&entry.path(), files)?;
        } else if entry.path().extension().is_some_and(|extension| extension == "parquet") {
            bytes += entry.metadata()?.len();
            files.push(entry.path().display().to_string());
        }
    }
    Ok(bytes)
}
