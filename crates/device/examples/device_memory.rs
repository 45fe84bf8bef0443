//! What the engine remembers of a fleet, and how long a report takes:
//! `cargo run --release -p bartizan-device --example device_memory -- 1000000`.
//!
//! Every device is covered by ten behaviors on ten metrics, of which four sum over more than five minutes and two compare
//! with the fleet, and reports every five minutes for an hour and a half. Memory is what the process holds beyond what it
//! held before, and time is what it ran, both as the kernel counts them; the time of a report includes making it up.
#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bartizan_device::behavior::{Behavior, BehaviorCriteria, ComparisonOperator, MetricValue, StatisticalThreshold};
use bartizan_device::engine::{Coverage, Engine, Finding, NamedProfile, Plan};
use bartizan_device::observe::{Datapoint, Measured, Observation};
use bartizan_policy::Sink;
use bartizan_wire::Timestamp;

const START: i64 = 1_790_000_100_000;
const PERIOD: i64 = 300_000;
const ROUNDS: i64 = 18;

fn main() -> Result<(), Box<dyn Error>> {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 10_000, 100_000] } else { sizes };
    println!(
        "{:>9} {:>9} {:>9} {:>12} {:>10} {:>10} {:>10}",
        "devices", "MiB", "B/device", "ns/report", "tick ms", "write ms", "MiB"
    );
    for devices in sizes {
        measure(devices)?;
    }
    Ok(())
}

/// Everything is covered by the one profile.
struct Covered;

impl Coverage for Covered {
    fn covering(&self, _: &str) -> Vec<u16> {
        vec![0]
    }
}

#[derive(Default)]
struct Counted(usize);

impl Sink<Finding> for Counted {
    fn finding(&mut self, _: Finding) {
        self.0 += 1;
    }
}

fn measure(devices: usize) -> Result<(), Box<dyn Error>> {
    let before = resident()?;
    let plan = Plan::compile(vec![NamedProfile { name: "P".into(), behaviors: behaviors().into() }], BTreeMap::new())?;
    let mut engine = Engine::new(Arc::new(plan));
    let mut counted = Counted::default();
    let mut metrics = metrics();
    let (mut stepping, mut ticking, mut reports) = (Duration::ZERO, Duration::ZERO, 0_u32);
    for round in 0..ROUNDS {
        let watch = busy()?;
        for device in 0..devices {
            let thing: Arc<str> = format!("device-{device:08}").into();
            let at = Timestamp(START + round * PERIOD + i64::try_from(device)? % 290_000);
            for (place, datapoint) in metrics.iter_mut().enumerate() {
                // one in a thousand is out of the ordinary
                let odd = (device + place) % 1_000 == 0 && round % 3 == 1;
                let value = if odd { 1_000_000 } else { i64::try_from(device * 7 + place)? % 1_000 };
                datapoint.value = MetricValue { count: Some(value), ..MetricValue::default() };
            }
            let seen = Observation::Report { thing, at, datapoints: std::mem::take(&mut metrics) };
            engine.step(&Covered, &seen, &mut counted);
            reports += 1;
            if let Observation::Report { datapoints, .. } = seen {
                metrics = datapoints;
            }
        }
        stepping += busy()?.saturating_sub(watch);
        let watch = busy()?;
        engine.step(&Covered, &Observation::Tick { at: Timestamp(START + (round + 1) * PERIOD) }, &mut counted);
        ticking = ticking.max(busy()?.saturating_sub(watch));
    }
    let held = resident()?.saturating_sub(before);
    let watch = busy()?;
    let snapshot = engine.snapshot();
    let writing = busy()?.saturating_sub(watch);
    let active = engine.active().count();
    println!(
        "{devices:>9} {:>9} {:>9} {:>12} {:>10} {:>10} {:>10}   {} findings, {active} alarms hold",
        held >> 20,
        held / u64::try_from(devices)?,
        stepping.as_nanos() / u128::from(reports),
        ticking.as_millis(),
        writing.as_millis(),
        snapshot.len() >> 20,
        counted.0,
    );
    Ok(())
}

const METRICS: [&str; 10] = [
    "aws:all-bytes-in",
    "aws:all-bytes-out",
    "aws:all-packets-in",
    "aws:all-packets-out",
    "aws:num-listening-tcp-ports",
    "aws:num-listening-udp-ports",
    "aws:num-established-tcp-connections",
    "aws:num-messages-sent",
    "aws:num-messages-received",
    "aws:num-connection-attempts",
];

fn metrics() -> Vec<Datapoint> {
    let datapoint = |name: &&str| Datapoint {
        measured: Measured { metric: (*name).into(), dimension: None },
        value: MetricValue::default(),
    };
    METRICS.iter().map(datapoint).collect()
}

fn behaviors() -> Vec<Behavior> {
    let durations = [600, 900, 1800, 3600, 300, 300, 300, 300, 300, 300];
    let behavior = |(place, (metric, duration)): (usize, (&&str, i32))| {
        let fleet = place >= 8;
        let limit = MetricValue { count: Some(100_000), ..MetricValue::default() };
        Behavior {
            name: format!("behavior-{place}"),
            metric: Some((*metric).to_owned()),
            metric_dimension: None,
            criteria: Some(BehaviorCriteria {
                comparison_operator: Some(ComparisonOperator::LessThanEquals),
                value: (!fleet).then_some(limit),
                statistical_threshold: fleet.then(|| StatisticalThreshold { statistic: Some("p99.9".to_owned()) }),
                duration_seconds: Some(duration),
                consecutive_datapoints_to_alarm: Some(1),
                consecutive_datapoints_to_clear: Some(1),
                ml_detection_config: None,
            }),
            suppress_alerts: None,
            export_metric: None,
        }
    };
    METRICS.iter().zip(durations).enumerate().map(behavior).collect()
}

/// Bytes that are in memory.
fn resident() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the kernel does not say")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1_024)
}

/// How long this process has run.
fn busy() -> Result<Duration, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    Ok(Duration::from_nanos(text.split_whitespace().next().ok_or("the kernel does not say")?.parse()?))
}
