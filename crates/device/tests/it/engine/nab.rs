//! Real series through behaviors [Numenta Anomaly Benchmark, `realAWSCloudwatch`]: a processor, two networks and a load
//! balancer, every five minutes for two weeks. One of them has a gap and an hour that comes twice, as clocks are set back.
//!
//! What is expected was computed apart from this program, by scripts that go over the files in the plainest way; for
//! models, whose histograms round, the expectation is computed here from sorted values, with the bounds of the rounding.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_device::behavior::{Behavior, ComparisonOperator as Op, ConfidenceLevel};
use bartizan_device::engine::{Engine, Finding, Replay};
use bartizan_policy::Columns;
use bartizan_wire::Timestamp;

use super::made::*;
use crate::shared::shared;

const CPU: &str = "ec2_cpu_utilization_24ae8d";
const NETWORK: &str = "ec2_network_in_257a54";
const OTHER_NETWORK: &str = "ec2_network_in_5abac7";
const BALANCER: &str = "elb_request_count_8c0756";
const ALL: [&str; 4] = [CPU, NETWORK, OTHER_NETWORK, BALANCER];
const MINUTE: i64 = 60 * SECOND;

/// Times and values in the order of the file.
pub(super) fn series(name: &str) -> Option<Vec<(i64, f64)>> {
    let path = shared(&format!("data/device/nab/{name}.csv"))?;
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let (time, value) = line.split_once(',').unwrap();
        let at = Timestamp::from_iso8601(&format!("{}Z", time.replace(' ', "T"))).unwrap();
        (at.0, value.parse().unwrap())
    };
    Some(text.lines().skip(1).map(row).collect())
}

#[expect(clippy::cast_possible_truncation, reason = "it is a whole number, and not a large one")]
fn whole(value: f64) -> i64 {
    value as i64
}

/// What an engine finds that is told of one thing.
fn live(behavior: &Behavior, rows: &[(i64, f64)]) -> Vec<Finding> {
    let value =
        |value: f64| if behavior.metric.as_deref() == Some("cpu") { number(value) } else { count(whole(value)) };
    let metric = behavior.metric.as_deref().unwrap();
    let mut seen = Vec::new();
    let mut boundary = rows[0].0 / PERIOD * PERIOD;
    for (at, measured) in rows {
        while boundary + PERIOD < *at {
            boundary += PERIOD;
            seen.push(tick(boundary));
        }
        seen.push(report("thing", *at, vec![point(metric, value(*measured))]));
    }
    let mut findings = run(vec![behavior.clone()], &seen);
    findings.retain(|finding| !matches!(finding, Finding::Refreshed(_)));
    findings
}

/// What a replay over columns finds.
fn replayed(behavior: &Behavior, rows: &[(i64, f64)]) -> Vec<Finding> {
    let plan = plan(vec![profile("P", vec![behavior.clone()])]);
    let mut replay = Replay::of(&plan, "P", &behavior.name).unwrap();
    let subjects: [Arc<str>; 1] = ["thing".into()];
    let mut findings = Vec::new();
    for part in rows.chunks(1_000) {
        let (at, number): (Vec<i64>, Vec<f64>) = part.iter().copied().unzip();
        let columns =
            Columns { subjects: &subjects, subject: &vec![0; part.len()], at: &at, number: &number, texts: None };
        replay.take(&columns, &|_| true, &mut findings);
    }
    findings
}

/// When alarms began and ended, in minutes after the first row.
fn minutes(findings: &[Finding], first: i64) -> Vec<(i64, i64)> {
    let minute = |finding: &Finding| (finding.verdict().at.0 - first) / MINUTE;
    let pair = |pair: &[Finding]| match pair {
        [began @ Finding::Alarm(_), ended @ Finding::Cleared(_)] => (minute(began), minute(ended)),
        other => panic!("{other:?}"),
    };
    findings.chunks(2).map(pair).collect()
}

#[test]
fn thresholds_alarm_when_a_script_says_so() {
    let sum = |limit| fixed(Op::LessThan, count(limit), Some(3600));
    let below = |limit| fixed(Op::LessThan, number(limit), None);
    type Alarms = &'static [(i64, i64)];
    let expected: [(&str, Behavior, Alarms); 5] = [
        (
            CPU,
            behavior("B", "cpu", in_a_row(below(0.2), 2, 3)),
            &[(4300, 4315), (4405, 4420), (17685, 17700), (18890, 18905)],
        ),
        (NETWORK, behavior("B", "cpu", in_a_row(below(1e7), 2, 2)), &[(8230, 8240)]),
        (OTHER_NETWORK, behavior("B", "cpu", in_a_row(below(1e6), 3, 2)), &[(13050, 13060), (13090, 13100)]),
        (
            BALANCER,
            behavior("B", "cpu", in_a_row(below(250.0), 2, 3)),
            &[(2665, 2680), (3955, 3970), (9890, 9910), (18455, 18480)],
        ),
        (BALANCER, behavior("B", "aws:all-bytes-out", sum(2500)), &[(3955, 3965)]),
    ];
    for (name, behavior, alarms) in expected {
        let Some(rows) = series(name) else { return };
        let found = live(&behavior, &rows);
        assert_eq!(minutes(&found, rows[0].0), alarms, "{name}");
        assert_eq!(replayed(&behavior, &rows), found, "{name}");
    }
}

/// Each of fourteen days is a thing of its own, as if they were one day: which stand out by their sum of a quarter of an
/// hour.
#[test]
fn percentiles_alarm_when_a_script_says_so() {
    const DAYS: usize = 14;
    let expected: [(&str, [usize; DAYS], u64); 4] = [
        (CPU, [2, 2, 1, 2, 1, 0, 1, 1, 0, 1, 0, 2, 4, 2], 212),
        (NETWORK, [2, 5, 0, 4, 9, 7, 3, 0, 2, 0, 0, 0, 0, 0], 288),
        (OTHER_NETWORK, [0, 2, 1, 0, 2, 2, 5, 0, 2, 7, 2, 7, 7, 5], 247),
        (BALANCER, [6, 3, 3, 0, 3, 4, 5, 2, 1, 0, 0, 3, 2, 3], 282),
    ];
    for (name, alarms, violations) in expected {
        let Some(rows) = series(name) else { return };
        let criteria = in_a_row(fleet(Op::LessThanEquals, "p90", Some(900)), 3, 2);
        let plan = plan(vec![profile("P", vec![behavior("B", "aws:all-bytes-out", criteria)])]);
        let (mut engine, mut findings) = (Engine::new(Arc::clone(&plan)), Vec::new());
        let mut replay = Replay::of(&plan, "P", "B").unwrap();
        let subjects: Vec<Arc<str>> = (0..DAYS).map(|day| format!("day-{day:02}").into()).collect();
        let mut columnar = Vec::new();
        for slot in 0..288 {
            let at = START + i64::try_from(slot).unwrap() * PERIOD + MINUTE;
            let values: Vec<f64> = (0..DAYS).map(|day| (rows[day * 288 + slot].1 * 1000.0 + 0.5).floor()).collect();
            for (thing, value) in subjects.iter().zip(&values) {
                let seen = report(thing, at, vec![point("aws:all-bytes-out", count(whole(*value)))]);
                engine.step(&Everything(1), &seen, &mut findings);
            }
            engine.step(&Everything(1), &tick(at - MINUTE + PERIOD), &mut findings);
            let codes: Vec<u32> = (0..14).collect();
            let columns =
                Columns { subjects: &subjects, subject: &codes, at: &[at; DAYS], number: &values, texts: None };
            replay.take(&columns, &|_| true, &mut columnar);
            replay.advance(Timestamp(at - MINUTE + PERIOD), &subjects, &mut columnar);
        }
        let began = |thing: &Arc<str>| {
            let alarm = |finding: &&Finding| matches!(finding, Finding::Alarm(verdict) if verdict.thing == *thing);
            findings.iter().filter(alarm).count()
        };
        assert_eq!(subjects.iter().map(began).collect::<Vec<_>>(), alarms, "{name}");
        assert_eq!(replay.judged(), (14 * 288, violations), "{name}");
        let events = |findings: &[Finding]| {
            let mut kept = findings.to_vec();
            kept.retain(|finding| !matches!(finding, Finding::Refreshed(_)));
            kept.sort_by_key(|finding| (finding.verdict().at, finding.verdict().thing.clone()));
            kept
        };
        assert_eq!(events(&columnar), events(&findings), "{name}");
    }
}

/// Between which two values a limit is that is computed from rounded ones.
#[derive(Clone, Copy)]
struct Bounds {
    least: f64,
    most: f64,
}

/// The limits of what is normal, computed from sorted values. Histograms give a value up to a thirty-second too low, and
/// all values here are positive.
fn limits(values: &[f64], floor: Bounds, factor: f64) -> (Bounds, Bounds, Bounds) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100) - 1];
    let [low, median, high] = [5, 50, 95].map(rank);
    let rounded = |value: f64| Bounds { least: value - value / 32.0, most: value };
    let [low, median, high] = [low, median, high].map(rounded);
    let floor = Bounds { least: floor.least.max(median.least / 100.0), most: floor.most.max(median.most / 100.0) };
    let between = |a: Bounds, b: Bounds| Bounds {
        least: (a.least - b.most).max(floor.least),
        most: (a.most - b.least).max(floor.most),
    };
    let (below, above) = (between(median, low), between(high, median));
    let lower = Bounds { least: median.least - factor * below.most, most: median.most - factor * below.least };
    let upper = Bounds { least: median.least + factor * above.least, most: median.most + factor * above.most };
    let spread = Bounds { least: (below.least + above.least) / 10.0, most: (below.most + above.most) / 10.0 };
    (lower, upper, spread)
}

#[test]
fn models_find_unusual_what_sorted_values_say() {
    const HOUR: i64 = 3_600 * SECOND;
    const FORTNIGHT: i64 = 14 * DAY;
    let levels = [
        ("low", ConfidenceLevel::Low, 2.0),
        ("medium", ConfidenceLevel::Medium, 3.0),
        ("high", ConfidenceLevel::High, 5.0),
    ];
    for name in ALL {
        let Some(mut rows) = series(name) else { return };
        let first = rows[0].0;
        rows.retain(|(at, _)| *at < first + FORTNIGHT);
        // an hour that comes twice counts once
        let mut last = i64::MIN;
        rows.retain(|(at, _)| {
            let newer = *at > last;
            last = last.max(*at);
            newer
        });
        let behaviors = levels.iter().map(|(name, level, _)| behavior(name, "cpu", learned(*level))).collect();
        let mut engine = Engine::new(plan(vec![profile("P", behaviors)]));
        let mut findings = Vec::new();
        for (at, value) in &rows {
            for thing in 0..7 {
                let seen = report(&format!("t{thing}"), *at, vec![point("cpu", number(*value))]);
                engine.step(&Everything(1), &seen, &mut findings);
            }
        }
        let built = (first + FORTNIGHT) / PERIOD * PERIOD + PERIOD;
        engine.step(&Everything(1), &tick(built), &mut findings);
        assert!(findings.is_empty(), "nothing is judged before there is a model");

        let oldest = (built - FORTNIGHT) / HOUR;
        let mut of_week: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        let mut whole = Vec::new();
        for (at, value) in rows.iter().filter(|(at, _)| at / HOUR >= oldest) {
            let values = of_week.entry(at / HOUR % 168).or_default();
            values.extend([*value; 7]);
            whole.extend([*value; 7]);
        }
        let nothing = Bounds { least: 0.0, most: 0.0 };
        let mut unusual = BTreeMap::new();
        for (name, _, factor) in levels {
            let (lower, upper, spread) = limits(&whole, nothing, factor);
            let (mut surely, mut unclear) = (0, 0);
            for (at, value) in &rows {
                // the same once more, a fortnight later
                let seen = report("t0", at + FORTNIGHT, vec![point("cpu", number(*value))]);
                let hour = of_week.get(&(at / HOUR % 168)).filter(|values| values.len() >= 100);
                let (lower, upper) = match hour {
                    Some(values) => {
                        let (lower, upper, _) = limits(values, spread, factor);
                        (lower, upper)
                    }
                    None => (lower, upper),
                };
                if name == "low" {
                    findings.clear();
                    engine.step(&Everything(1), &seen, &mut findings);
                    for finding in &findings {
                        let violated = matches!(finding, Finding::Alarm(_) | Finding::Refreshed(_));
                        let verdict = finding.verdict();
                        unusual.insert((verdict.behavior.to_string(), verdict.at.0 - FORTNIGHT), violated);
                    }
                }
                let found = unusual.get(&(name.to_owned(), *at)).copied().unwrap_or(false);
                if *value > upper.most || *value < lower.least {
                    surely += 1;
                    assert!(found, "{name}: {value} at {at}");
                } else if *value <= upper.least && *value >= lower.most {
                    assert!(!found, "{name}: {value} at {at}");
                } else {
                    unclear += 1;
                }
            }
            assert!(unclear * 5 < rows.len(), "{name}: {unclear} of {} are too near to a limit", rows.len());
            eprintln!("{name}: {surely} of {} are unusual, {unclear} near to a limit", rows.len());
        }
        let count = |level: &str| unusual.iter().filter(|((name, _), violated)| name == level && **violated).count();
        let [low, medium, high] = ["low", "medium", "high"].map(count);
        assert!(low >= medium && medium >= high, "{name}: {low} {medium} {high}");
        // what the benchmark's people have labelled, more is seen of at the lowest level than at the highest
        let labelled = |level: &str| {
            let inside =
                |at: i64| LABELS.iter().any(|(of, from, to)| *of == name && stamp(from) <= at && at <= stamp(to));
            unusual.iter().filter(|((name, at), violated)| name == level && **violated && inside(*at)).count()
        };
        assert!(labelled("low") >= labelled("high"));
        assert!(labelled("low") > 0, "{name}");
    }
}

fn stamp(text: &str) -> i64 {
    Timestamp::from_iso8601(text).unwrap().0
}

/// Windows in which there is something unusual, as the benchmark's people say [`labels/combined_windows.json`].
const LABELS: [(&str, &str, &str); 7] = [
    (CPU, "2014-02-26T13:45:00Z", "2014-02-27T06:25:00Z"),
    (CPU, "2014-02-27T08:55:00Z", "2014-02-28T01:35:00Z"),
    (NETWORK, "2014-04-14T23:59:00Z", "2014-04-16T09:29:00Z"),
    (OTHER_NETWORK, "2014-03-10T09:06:00Z", "2014-03-11T04:46:00Z"),
    (OTHER_NETWORK, "2014-03-12T11:11:00Z", "2014-03-13T06:51:00Z"),
    (BALANCER, "2014-04-12T09:04:00Z", "2014-04-13T01:44:00Z"),
    (BALANCER, "2014-04-22T11:14:00Z", "2014-04-23T03:54:00Z"),
];
