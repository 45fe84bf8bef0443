//! What the vendor's guide says, one case a rule.

use std::sync::Arc;

use bartizan_device::behavior::{Behavior, ComparisonOperator as Op};
use bartizan_device::engine::{Coverage, Engine, Finding, Plan};
use bartizan_device::observe::Observation;
use bartizan_wire::Timestamp;

use super::made::*;

const BYTES: &str = "aws:all-bytes-out";

fn series(values: &[i64]) -> Vec<Observation> {
    let at = |place: usize| START + i64::try_from(place).unwrap() * PERIOD;
    values.iter().enumerate().map(|(place, value)| report("t", at(place), vec![point(BYTES, count(*value))])).collect()
}

fn bytes_below(limit: i64, duration: i32, alarm: i32, clear: i32) -> Vec<Behavior> {
    vec![behavior("B", BYTES, in_a_row(fixed(Op::LessThan, count(limit), Some(duration)), alarm, clear))]
}

#[test]
fn a_violation_is_a_false_condition() {
    // "greater-than 128" with 110 is in alarm, "less-than 100" with 29 is clear [AWS CLI examples]
    let seen = series(&[110]);
    let findings = run(vec![behavior("B", BYTES, fixed(Op::GreaterThan, count(128), Some(300)))], &seen);
    assert_eq!(events(&findings), [("alarm", 0)]);
    assert_eq!(findings[0].verdict().value, Some(count(110)));
    assert_eq!(run(bytes_below(100, 300, 1, 1), &series(&[29])), []);
}

#[test]
fn one_alarm_from_its_first_violation_to_its_last() {
    let findings = run(bytes_below(100, 300, 1, 1), &series(&[5, 100, 200, 99, 300]));
    assert_eq!(events(&findings), [("alarm", 300), ("refreshed", 600), ("cleared", 900), ("alarm", 1200)]);
    let ids: Vec<_> = findings.iter().map(|finding| finding.verdict().id).collect();
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3]);
    assert_eq!(findings[2].verdict().value, Some(count(99)), "the conforming measurement");
}

#[test]
fn runs_must_be_in_a_row() {
    let findings = run(bytes_below(100, 300, 3, 2), &series(&[200, 200, 1, 200, 200, 200, 1, 200, 1, 1, 200]));
    assert_eq!(events(&findings), [("alarm", 1500), ("refreshed", 2100), ("cleared", 2700)]);
}

#[test]
fn counters_are_summed_over_the_duration() {
    let findings = run(bytes_below(100, 900, 1, 1), &series(&[40, 40, 40, 10, 10]));
    assert_eq!(events(&findings), [("alarm", 600), ("cleared", 900)]);
    assert_eq!(findings[0].verdict().value, Some(count(120)));
    assert_eq!(findings[1].verdict().value, Some(count(90)));
}

#[test]
fn a_report_that_comes_early_is_not_counted_twice() {
    let reports = |gap: i64| (0..50).map(|n| report("t", START + n * gap, vec![point(BYTES, count(60))])).collect();
    let seen: Vec<Observation> = reports(PERIOD - 10 * SECOND);
    assert_eq!(run(bytes_below(100, 300, 1, 1), &seen), []);
    let seen: Vec<Observation> = reports(PERIOD / 2);
    assert_eq!(events(&run(bytes_below(100, 300, 1, 1), &seen))[0], ("alarm", 150));
}

#[test]
fn lists_conform_when_every_element_does() {
    let behaviors = || {
        vec![
            behavior("in", "aws:listening-tcp-ports", fixed(Op::InPortSet, ports(&[443, 22]), None)),
            behavior("not", "aws:listening-tcp-ports", fixed(Op::NotInPortSet, ports(&[23]), None)),
            behavior("net", "aws:destination-ip-addresses", fixed(Op::InCidrSet, cidrs(&["10.0.0.9/8", "::1"]), None)),
            behavior("users", "users", fixed(Op::NotInSet, strings(&["root"]), None)),
        ]
    };
    let seen = |at: i64, listening: &[i32], peers: &[&str], users: &[&str]| {
        let datapoints = vec![
            point("aws:listening-tcp-ports", ports(listening)),
            point("aws:destination-ip-addresses", cidrs(peers)),
            point("users", strings(users)),
        ];
        report("t", at, datapoints)
    };
    let findings = run(
        behaviors(),
        &[
            seen(START, &[22, 443], &["10.255.0.1", "::1"], &["pi"]),
            seen(START + PERIOD, &[22, 23], &["11.0.0.1"], &["pi", "root"]),
            seen(START + 2 * PERIOD, &[], &[], &[]),
        ],
    );
    let names: Vec<&str> = findings.iter().map(|finding| &*finding.verdict().behavior).collect();
    assert_eq!(names, ["in", "not", "net", "users", "in", "not", "net", "users"]);
    assert!(findings[..4].iter().all(|finding| matches!(finding, Finding::Alarm(_))));
    assert!(findings[4..].iter().all(|finding| matches!(finding, Finding::Cleared(_))), "an empty list clears");
}

#[test]
fn a_message_is_compared_by_the_extreme() {
    let small = behavior("small", "aws:message-byte-size", fixed(Op::LessThanEquals, count(100), None));
    let large = behavior("large", "aws:message-byte-size", fixed(Op::GreaterThan, count(10), None));
    let window = |least: i64, most: i64| {
        let datapoints = vec![
            point("aws:message-byte-size", count(1_000)),
            point("aws:message-byte-size-min", count(least)),
            point("aws:message-byte-size-max", count(most)),
        ];
        Observation::Window { thing: "t".into(), at: Timestamp(START), datapoints }
    };
    assert_eq!(run(vec![small.clone(), large.clone()], &[window(11, 100)]), []);
    let findings = run(vec![small, large], &[window(10, 101)]);
    let told: Vec<_> = findings.iter().map(|f| (&*f.verdict().behavior, f.verdict().value.clone().unwrap())).collect();
    assert_eq!(told, [("large", count(10)), ("small", count(101))]);
}

#[test]
fn thresholds_of_disconnection_are_minutes() {
    let gone = vec![behavior("gone", "aws:disconnect-duration", fixed(Op::LessThanEquals, count(5), None))];
    let window = |at: i64, seconds: i64| Observation::Window {
        thing: "t".into(),
        at: Timestamp(at),
        datapoints: vec![point("aws:disconnect-duration", count(seconds))],
    };
    let findings = run(gone, &[window(START, 300), window(START + PERIOD, 301), window(START + 2 * PERIOD, 0)]);
    assert_eq!(events(&findings), [("alarm", 300), ("cleared", 600)]);
}

#[test]
fn silence_of_more_than_two_days_invalidates() {
    let mut seen = series(&[200]);
    seen.extend([tick(START + 2 * DAY), tick(START + 2 * DAY + PERIOD)]);
    let findings = run(bytes_below(100, 300, 1, 1), &seen);
    assert_eq!(events(&findings), [("alarm", 0), ("invalidated", (2 * DAY + PERIOD) / SECOND)]);
    assert_eq!(findings[1].verdict().value, None);
    assert_eq!(findings[0].verdict().id, findings[1].verdict().id);
}

#[test]
fn runs_outlive_a_gap_but_not_two_days() {
    let two = |gap: i64| {
        let datapoints = || vec![point(BYTES, count(200))];
        let mut seen = vec![report("t", START + 1, datapoints())];
        seen.extend((1..=gap / PERIOD).map(|n| tick(START + n * PERIOD)));
        seen.push(report("t", START + gap + 2, datapoints()));
        events(&run(bytes_below(100, 300, 2, 1), &seen)).len()
    };
    assert_eq!(two(2 * DAY), 1);
    assert_eq!(two(2 * DAY + PERIOD), 0);
}

#[test]
fn late_and_repeated_datapoints_are_not_judged() {
    let mut seen = series(&[200]);
    seen.push(report("t", START, vec![point(BYTES, count(1))]));
    seen.push(report("t", START - 5, vec![point(BYTES, count(1))]));
    assert_eq!(events(&run(bytes_below(100, 300, 1, 1), &seen)), [("alarm", 0)]);
}

#[test]
fn fleets_are_compared_at_ticks() {
    let behaviors = vec![behavior("B", BYTES, fleet(Op::LessThanEquals, "p90", Some(300)))];
    let mut seen: Vec<Observation> =
        (1..=20).map(|n| report(&format!("t{n:02}"), START + n * 1_000, vec![point(BYTES, count(n * 100))])).collect();
    seen.push(tick(START + PERIOD));
    // nobody reports: nobody is judged
    seen.push(tick(START + 2 * PERIOD));
    let findings = run(behaviors, &seen);
    let told: Vec<_> = findings.iter().map(|f| (&*f.verdict().thing, f.verdict().value.clone().unwrap())).collect();
    assert_eq!(told, [("t19", count(1_900)), ("t20", count(2_000))], "p90 of twenty is the eighteenth");
    assert_eq!(findings[0].verdict().at, Timestamp(START + PERIOD));
}

#[test]
fn one_thing_is_no_fleet_and_negative_numbers_have_no_percentiles() {
    let behaviors = || vec![behavior("B", "cpu", fleet(Op::LessThan, "p50", None))];
    let at = |n: i64, thing: &str, value: f64| report(thing, START + n, vec![point("cpu", number(value))]);
    assert_eq!(run(behaviors(), &[at(1, "a", 5.0), tick(START + PERIOD)]), []);
    let seen = [at(1, "a", 5.0), at(1, "b", 1.0), tick(START + PERIOD)];
    assert_eq!(events(&run(behaviors(), &seen)), [("alarm", 300), ("alarm", 300)]);
    let after = [at(PERIOD + 1, "b", -1.0), at(PERIOD + 1, "a", 0.0), tick(START + 2 * PERIOD)];
    let findings = run(behaviors(), &[&seen[..], &after[..]].concat());
    assert_eq!(events(&findings)[2..], [("invalidated", 600), ("invalidated", 600)]);
}

/// Covers what it lists.
struct Only(&'static [(&'static str, u16)]);

impl Coverage for Only {
    fn covering(&self, thing: &str) -> Vec<u16> {
        self.0.iter().filter(|(name, _)| *name == thing).map(|(_, profile)| *profile).collect()
    }
}

#[test]
fn alarms_end_with_their_cover_or_behavior() {
    let old = plan(vec![profile("P", bytes_below(100, 300, 1, 1)), profile("Q", bytes_below(50, 300, 1, 1))]);
    let mut engine = Engine::new(old);
    let mut findings = Vec::new();
    let both = Only(&[("t", 0), ("t", 1), ("u", 0)]);
    for thing in ["t", "u"] {
        engine.step(&both, &report(thing, START, vec![point(BYTES, count(200))]), &mut findings);
    }
    assert_eq!(events(&findings).len(), 3);
    findings.clear();
    engine.recover("t", &Only(&[("t", 0), ("u", 0)]), Timestamp(START + 1), &mut findings);
    let told: Vec<_> = findings.iter().map(|f| (&*f.verdict().thing, &*f.verdict().profile)).collect();
    assert_eq!(told, [("t", "Q")]);
    assert!(matches!(findings[0], Finding::Invalidated(_)));
    findings.clear();
    // another threshold keeps the alarm; the clear run begins anew
    let mut changed = bytes_below(1_000, 300, 1, 2);
    engine.replan(plan(vec![profile("P", changed.clone())]), &Everything(1), Timestamp(START + 2), &mut findings);
    assert_eq!(findings, []);
    assert_eq!(engine.active().count(), 2);
    engine.step(&Everything(1), &report("t", START + PERIOD, vec![point(BYTES, count(200))]), &mut findings);
    engine.step(&Everything(1), &report("t", START + 2 * PERIOD, vec![point(BYTES, count(200))]), &mut findings);
    assert_eq!(events(&findings), [("cleared", 600)]);
    findings.clear();
    changed[0].name = "renamed".to_owned();
    engine.replan(plan(vec![profile("P", changed)]), &Everything(1), Timestamp(START + 3), &mut findings);
    let told: Vec<_> = findings.iter().map(|f| (&*f.verdict().thing, &*f.verdict().behavior)).collect();
    assert_eq!(told, [("u", "B")]);
    findings.clear();
    engine.replan(Arc::new(Plan::empty()), &Everything(0), Timestamp(START + 4), &mut findings);
    assert_eq!(engine.active().count(), 0);
}

#[test]
fn what_cannot_be_evaluated_is_not_compiled() {
    let refused =
        |behavior: Behavior| Plan::compile(vec![profile("P", vec![behavior])], customs()).unwrap_err().render();
    let cases = [
        (behavior("B", "aws:nothing", fixed(Op::LessThan, count(1), None)), "metric aws:nothing is not known"),
        (behavior("B", BYTES, fixed(Op::LessThan, count(1), None)), "durationSeconds is missing"),
        (behavior("B", BYTES, fixed(Op::LessThan, count(1), Some(301))), "durationSeconds 301 should be in"),
        (behavior("B", BYTES, fixed(Op::InPortSet, ports(&[1]), Some(300))), "in-port-set does not fit"),
        (behavior("B", "users", fleet(Op::LessThan, "p50", None)), "statisticalThreshold cannot judge users"),
        (behavior("B", BYTES, fleet(Op::LessThan, "p55x", None)), "statistic p55x is not known"),
        (behavior("B", BYTES, in_a_row(fixed(Op::LessThan, count(1), Some(300)), 11, 1)), "should be in range[1,10]"),
        (narrowed(behavior("B", BYTES, fixed(Op::LessThan, count(1), Some(300))), "d"), "metricDimension cannot"),
        (behavior("B", "aws:disconnect-duration", fixed(Op::GreaterThan, count(1), None)), "takes less-than"),
        (behavior("B", "peers", fixed(Op::InCidrSet, cidrs(&["10.0.0"]), None)), "value 10.0.0 is no network"),
    ];
    for (behavior, expected) in cases {
        let text = refused(behavior);
        assert!(text.starts_with("Behavior B is malformed. ") && text.contains(expected), "{text}");
    }
    let twice = [bytes_below(1, 300, 1, 1), bytes_below(2, 300, 1, 1)].concat();
    assert!(Plan::compile(vec![profile("P", twice)], customs()).unwrap_err().render().contains("not unique"));
}
