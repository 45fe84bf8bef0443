//! How fast a behavior is replayed over columns, beside a plain scan of the same memory:
//! `cargo run --release -p bartizan-device --example replay_speed`.
//!
//! Fourteen days of 2,500 devices that report every five minutes, ten million rows. Time is what the process ran, as the
//! kernel counts it, the best of some rounds.
#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use bartizan_device::behavior::{Behavior, BehaviorCriteria, ComparisonOperator, MetricValue, StatisticalThreshold};
use bartizan_device::engine::{NamedProfile, Plan, Replay, tally};
use bartizan_policy::{Columns, Span};
use bartizan_wire::Timestamp;

const DEVICES: usize = 2_500;
const ROWS: usize = 14 * 288;
const PERIOD: i64 = 300_000;
const START: i64 = 1_790_000_100_000;
const ROUNDS: usize = 7;

/// Rows by device and time.
struct Table {
    subjects: Vec<Arc<str>>,
    subject: Vec<u32>,
    at: Vec<i64>,
    number: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let table = table()?;
    let rows = table.at.len();
    println!("{:<44} {:>12} {:>10}", "", "M rows/s", "alarms");
    let scan = best(|| {
        black_box(table.number.iter().fold(0_u64, |count, value| count + u64::from(*value > 990.0)));
        Ok(0)
    })?;
    tell("plain count of numbers over a threshold", rows, scan);
    let plain = best(|| Ok(plain(&table)))?;
    tell("plain loop, 3 in a row over a threshold", rows, plain);
    for (name, limit, alarm, duration, statistic) in [
        ("replay, 3 in a row, alarms are rare", 990, 3, 300, None),
        ("replay, 1 in a row, one in ten violates", 900, 1, 300, None),
        ("replay, 3 in a row, every second violates", 500, 3, 300, None),
        ("replay, sums over 3,600 s", 9_900, 3, 3_600, None),
        ("replay, p90 of the fleet", 0, 1, 300, Some("p90")),
        ("replay, p90 of the fleet over 3,600 s", 0, 1, 3_600, Some("p90")),
    ] {
        let plan = plan(limit, alarm, duration, statistic)?;
        let took = best(|| replay(&plan, &table))?;
        tell(name, rows, took);
    }
    Ok(())
}

fn tell(name: &str, rows: usize, (took, findings): (Duration, usize)) {
    println!("{name:<44} {:>12.0} {findings:>10}", rows as f64 / took.as_secs_f64() / 1e6);
}

fn best(mut run: impl FnMut() -> Result<usize, Box<dyn Error>>) -> Result<(Duration, usize), Box<dyn Error>> {
    let (mut least, mut findings) = (Duration::MAX, 0);
    for _ in 0..ROUNDS {
        let before = busy()?;
        findings = run()?;
        least = least.min(busy()?.saturating_sub(before));
    }
    Ok((least, findings))
}

/// What one would write by hand, without lateness, gaps and clearing runs.
fn plain(table: &Table) -> usize {
    let (mut findings, mut run, mut alarm, mut before) = (0, 0_u32, false, u32::MAX);
    for (subject, value) in table.subject.iter().zip(&table.number) {
        if *subject != before {
            (run, alarm, before) = (0, false, *subject);
        }
        let bad = *value > 990.0;
        run = if bad { run + 1 } else { 0 };
        let now = if alarm { bad } else { run >= 3 };
        findings += usize::from(now && !alarm);
        alarm = now;
    }
    black_box(findings)
}

/// The rows of eight thousand at a time, as a store hands them out.
fn replay(plan: &Plan, table: &Table) -> Result<usize, Box<dyn Error>> {
    let replay = Replay::of(plan, "P", "B").ok_or("there is no such behavior")?;
    let span = Span { from: Timestamp(START), to: Timestamp(START + i64::try_from(ROWS)? * PERIOD + 1) };
    // percentiles are asked for by the hour, and columns are cut as a store would cut them
    let mut hand_out = |span: Span, sink: &mut dyn FnMut(&Columns<'_>)| {
        let all = span.from.0 <= START && span.to.0 >= START + 14 * 86_400_000;
        let size = if all { 8_192 } else { ROWS };
        for begin in (0..table.at.len()).step_by(size) {
            let part = begin..(begin + size).min(table.at.len());
            let times = table.at.get(part.clone()).unwrap_or_default();
            let from = if all { 0 } else { times.partition_point(|at| *at < span.from.0) };
            let to = if all { times.len() } else { times.partition_point(|at| *at < span.to.0) };
            let part = part.start + from..part.start + to;
            sink(&Columns {
                subjects: &table.subjects,
                subject: table.subject.get(part.clone()).unwrap_or_default(),
                at: table.at.get(part.clone()).unwrap_or_default(),
                number: table.number.get(part).unwrap_or_default(),
                texts: None,
            });
        }
        Ok::<(), Infallible>(())
    };
    let tally = tally(replay, Timestamp(START), span, &|_| true, &mut hand_out)?;
    let alarms: u32 = tally.alarms.values().sum();
    Ok(usize::try_from(alarms)?)
}

fn plan(limit: i64, alarm: i32, duration: i32, statistic: Option<&str>) -> Result<Plan, Box<dyn Error>> {
    let value = MetricValue { count: Some(limit), ..MetricValue::default() };
    let behavior = Behavior {
        name: "B".to_owned(),
        metric: Some("aws:all-bytes-out".to_owned()),
        metric_dimension: None,
        criteria: Some(BehaviorCriteria {
            comparison_operator: Some(ComparisonOperator::LessThanEquals),
            value: statistic.is_none().then_some(value),
            statistical_threshold: statistic.map(|name| StatisticalThreshold { statistic: Some(name.to_owned()) }),
            duration_seconds: Some(duration),
            consecutive_datapoints_to_alarm: Some(alarm),
            consecutive_datapoints_to_clear: Some(1),
            ml_detection_config: None,
        }),
        suppress_alerts: None,
        export_metric: None,
    };
    let profile = NamedProfile { name: "P".into(), behaviors: vec![behavior].into() };
    Ok(Plan::compile(vec![profile], BTreeMap::new())?)
}

fn table() -> Result<Table, Box<dyn Error>> {
    let subjects = (0..DEVICES).map(|device| Arc::from(format!("device-{device:06}"))).collect();
    let (mut subject, mut at, mut number) = (Vec::new(), Vec::new(), Vec::new());
    let mut dice: u64 = 0x9e37_79b9_7f4a_7c15;
    for device in 0..DEVICES {
        for row in 0..ROWS {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            subject.push(u32::try_from(device)?);
            at.push(START + i64::try_from(row)? * PERIOD + i64::try_from(device)? * 100 + 1);
            number.push((dice % 1_000) as f64);
        }
    }
    Ok(Table { subjects, subject, at, number })
}

/// How long this process has run.
fn busy() -> Result<Duration, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    Ok(Duration::from_nanos(text.split_whitespace().next().ok_or("the kernel does not say")?.parse()?))
}
