//! Columns against the fold: the same findings (P1), and what previews make of them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use bartizan_device::behavior::{Behavior, ComparisonOperator as Op, ConfidenceLevel as Level, MetricValue};
use bartizan_device::engine::{Engine, Finding, Replay, compare, tally};
use bartizan_device::suggest::suggest;
use bartizan_policy::series::TextCells;
use bartizan_policy::{Columns, Span};
use bartizan_wire::Timestamp;
use proptest::prelude::*;

use super::made::*;

const BYTES: &str = "aws:all-bytes-out";
const THINGS: [&str; 5] = ["lamp", "lock", "oven", "pump", "vent"];

/// Thing, time, value.
type Rows = Vec<(usize, i64, MetricValue)>;

/// Hands rows of a span out, sorted by thing and time, at most `piece` in a call.
fn hand_out(rows: &Rows, span: Span, piece: usize, sink: &mut dyn FnMut(&Columns<'_>)) {
    let mut inside: Vec<_> = rows.iter().filter(|(_, at, _)| (span.from.0..span.to.0).contains(at)).cloned().collect();
    inside.sort_by_key(|(thing, at, _)| (*thing, *at));
    let mut subjects: Vec<Arc<str>> = Vec::new();
    for part in inside.chunks(piece) {
        let (mut subject, mut at, mut number) = (Vec::new(), Vec::new(), Vec::new());
        let (mut texts, mut ends, mut items): (Vec<Arc<str>>, Vec<u32>, Vec<u32>) =
            (Vec::new(), Vec::new(), Vec::new());
        for (thing, time, value) in part {
            let name = THINGS[*thing];
            let code = subjects.iter().position(|subject| &**subject == name).unwrap_or_else(|| {
                subjects.push(name.into());
                subjects.len() - 1
            });
            subject.push(u32::try_from(code).unwrap());
            at.push(*time);
            if let Some(ports) = &value.ports {
                for port in ports {
                    texts.push(port.to_string().into());
                    items.push(u32::try_from(texts.len() - 1).unwrap());
                }
                ends.push(u32::try_from(items.len()).unwrap());
            } else {
                number.push(value.number.unwrap_or_else(|| value.count.unwrap() as f64));
            }
        }
        let texts = number.is_empty().then_some(TextCells { texts: &texts, ends: &ends, items: &items });
        sink(&Columns { subjects: &subjects, subject: &subject, at: &at, number: &number, texts });
    }
}

/// The findings of an engine that is told the rows in the order of their times.
fn folded(behavior: &Behavior, rows: &Rows, until: i64) -> Vec<Finding> {
    let mut engine = Engine::new(plan(vec![profile("P", vec![behavior.clone()])]));
    let mut findings = Vec::new();
    let mut sorted = rows.clone();
    sorted.sort_by_key(|(_, at, _)| *at);
    let mut boundary = START;
    for (thing, at, value) in sorted {
        while boundary < at {
            engine.step(&Everything(1), &tick(boundary), &mut findings);
            boundary += PERIOD;
        }
        let metric = behavior.metric.as_deref().unwrap();
        engine.step(&Everything(1), &report(THINGS[thing], at, vec![point(metric, value)]), &mut findings);
    }
    while boundary <= until {
        engine.step(&Everything(1), &tick(boundary), &mut findings);
        boundary += PERIOD;
    }
    sorted_findings(findings)
}

fn sorted_findings(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.retain(|finding| !matches!(finding, Finding::Refreshed(_)));
    findings.sort_by_key(|finding| (finding.verdict().at, finding.verdict().thing.clone()));
    findings
}

fn replayed(behavior: &Behavior, rows: &Rows, piece: usize, parts: &[i64], until: i64) -> Vec<Finding> {
    let plan = plan(vec![profile("P", vec![behavior.clone()])]);
    let mut replay = Replay::of(&plan, "P", "B").unwrap();
    let mut findings = Vec::new();
    let subjects: Vec<Arc<str>> = THINGS.iter().map(|name| Arc::from(*name)).collect();
    let mut from = START - 1;
    for to in parts.iter().copied().chain([until + 1]) {
        hand_out(rows, Span { from: Timestamp(from), to: Timestamp(to) }, piece, &mut |columns| {
            // codes that mean the same in every part
            let own = |code: &u32| {
                let name = &columns.subjects[*code as usize];
                u32::try_from(subjects.iter().position(|subject| subject == name).unwrap()).unwrap()
            };
            let subject: Vec<u32> = columns.subject.iter().map(own).collect();
            replay.take(&Columns { subjects: &subjects, subject: &subject, ..*columns }, &|_| true, &mut findings);
        });
        replay.advance(Timestamp(to - 1), &subjects, &mut findings);
        from = to;
    }
    replay.finish(Timestamp(until), &subjects, &mut findings);
    sorted_findings(findings)
}

fn criteria() -> impl Strategy<Value = Behavior> {
    let order = || prop::sample::select(vec![Op::LessThan, Op::LessThanEquals, Op::GreaterThan, Op::GreaterThanEquals]);
    let duration = || prop::sample::select(vec![300, 600, 1800, 3600]);
    let statistic = || prop::sample::select(vec!["p0", "p10", "p50", "p90", "p100"]);
    let judged = prop_oneof![
        (order(), 0_i64..30, duration()).prop_map(|(op, limit, over)| behavior(
            "B",
            BYTES,
            fixed(op, count(limit), Some(over))
        )),
        (order(), 0_i64..10).prop_map(|(op, limit)| behavior("B", "cpu", fixed(op, number(limit as f64), None))),
        (order(), statistic(), duration()).prop_map(|(op, at, over)| behavior("B", BYTES, fleet(op, at, Some(over)))),
        (order(), statistic(), duration()).prop_map(|(op, at, over)| behavior("B", "cpu", fleet(op, at, Some(over)))),
        prop::collection::vec(0..6, 0..4).prop_map(|set| behavior(
            "B",
            "aws:listening-tcp-ports",
            fixed(Op::InPortSet, ports(&set), None)
        )),
    ];
    (judged, 1..4, 1..4).prop_map(|(behavior, alarm, clear)| Behavior {
        criteria: behavior.criteria.map(|criteria| in_a_row(criteria, alarm, clear)),
        ..behavior
    })
}

/// Thing, time since the one before in seconds, value. Times of one thing only rise, some twice.
fn rows() -> impl Strategy<Value = Vec<(usize, i64, i64)>> {
    let pause = prop_oneof![20 => 1_i64..200, 2 => Just(0_i64), 2 => Just(-1_i64), 1 => 300_i64..4_000, 1 => 171_000_i64..175_000];
    prop::collection::vec((0..THINGS.len(), pause, 0_i64..10), 1..400)
}

fn values(behavior: &Behavior, rows: &[(usize, i64, i64)]) -> (Rows, i64) {
    let mut now = START;
    let value = |value: i64| match behavior.metric.as_deref().unwrap() {
        "cpu" => number(if value == 9 && rows.len().is_multiple_of(7) { -1.0 } else { value as f64 }),
        BYTES => count(value),
        _ => ports(&(0..i32::try_from(value).unwrap()).collect::<Vec<_>>()),
    };
    let row = |(thing, pause, amount): &(usize, i64, i64)| {
        // minus one: at the end of the next window, as the cloud side tells
        now = if *pause < 0 {
            (now / PERIOD + 1) * PERIOD
        } else {
            now + pause * SECOND + if *pause > 0 { 7 } else { 0 }
        };
        (*thing, now, value(*amount))
    };
    let rows = rows.iter().map(row).collect();
    (rows, now)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn columns_give_what_the_engine_gives(behavior in criteria(), rows in rows(), piece in 1_usize..200, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        let (rows, end) = values(&behavior, &rows);
        let until = end + 3 * DAY;
        // parts end with a window, and no more than a day is kept at once
        let periods = (until - START) / PERIOD;
        let mut parts: Vec<i64> = (1..periods / 200).map(|part| START + part * 200 * PERIOD + 1).collect();
        parts.extend(cuts.iter().map(|cut| START + i64::try_from(cut.index(usize::try_from(periods).unwrap())).unwrap() * PERIOD + 1));
        parts.sort_unstable();
        prop_assert_eq!(replayed(&behavior, &rows, piece, &parts, until), folded(&behavior, &rows, until));
    }
}

/// Eighteen days of a fleet: more than a model learns from. What is usual rises by day and has noise; then some of it is
/// unusual. One thing is not heard of for three days, and some datapoints are told twice.
fn weeks(seed: u64) -> (Rows, i64) {
    const PAUSE: i64 = 200;
    let mut random = seed;
    let mut next = move |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((random >> 33) % below).unwrap()
    };
    let (mut rows, mut unusual_until) = (Rows::new(), [0; THINGS.len()]);
    for round in 0..18 * 86_400 / PAUSE {
        let time = round * PAUSE;
        let (day, hour) = (time / 86_400, time / 3_600 % 24);
        for (thing, unusual_until) in unusual_until.iter_mut().enumerate() {
            if thing == 3 && (11..14).contains(&day) || (thing == 1 && day >= 16) {
                continue;
            }
            if day >= 14 && next(100) == 0 {
                *unusual_until = round + next(6);
            }
            let unusual = round < *unusual_until;
            let value = 100 + hour * 10 + next(20) + if unusual { next(4_000) } else { 0 };
            let at = START + time * SECOND + next(50) * SECOND + if thing == 0 { 0 } else { 7 };
            rows.push((thing, at, count(value)));
            if next(200) == 0 {
                rows.push((thing, at, count(value * 50)));
            }
        }
    }
    (rows, START + 18 * DAY)
}

#[test]
fn a_model_learns_from_columns_what_it_learns_live() {
    for (seed, level) in [(1, Level::Low), (2, Level::Medium), (3, Level::High), (4, Level::Low)] {
        let (rows, until) = weeks(seed);
        let (alarm, clear) = [(1, 1), (2, 1), (1, 3)][usize::try_from(seed).unwrap() % 3];
        let behavior = behavior("B", BYTES, in_a_row(learned(level), alarm, clear));
        // by the hour, by some hours, or with a part that ends right where the model is built
        let hours: i64 = [1, 7, 24][usize::try_from(seed).unwrap() % 3];
        let parts: Vec<i64> = (1..18 * 24 / hours).map(|part| START + part * hours * 3600 * SECOND + 1).collect();
        let live = folded(&behavior, &rows, until + 3 * DAY);
        assert!(live.len() > 20, "{} findings say little", live.len());
        assert_eq!(replayed(&behavior, &rows, 1_000, &parts, until + 3 * DAY), live);
        assert!(live.iter().all(|finding| finding.verdict().confidence == Some(level)));
    }
}

/// What a preview counts: the datapoints that nobody could judge are those before the model was built.
#[test]
fn a_model_is_blind_until_it_has_learned() {
    let (rows, until) = weeks(5);
    let plan = plan(vec![profile("P", vec![behavior("B", BYTES, learned(Level::Low))])]);
    let counted = |warm: i64, from: i64| {
        let mut hand = |span: Span, sink: &mut dyn FnMut(&Columns<'_>)| {
            hand_out(&rows, span, 5_000, sink);
            Ok::<(), Infallible>(())
        };
        let span = Span { from: Timestamp(START + from * DAY), to: Timestamp(until) };
        tally(Replay::of(&plan, "P", "B").unwrap(), Timestamp(START + warm * DAY), span, &|_| true, &mut hand).unwrap()
    };
    let learned_before = counted(0, 15);
    assert_eq!(learned_before.unjudged, 0);
    assert!(learned_before.alarms.len() == THINGS.len() && learned_before.judged > 0, "{learned_before:?}");
    let all = counted(0, 0);
    assert_eq!((all.judged, all.violating), (learned_before.judged, learned_before.violating));
    let before = rows.iter().filter(|(_, at, _)| *at < START + 14 * DAY).count();
    assert!(usize::try_from(all.unjudged).unwrap() >= before * 99 / 100, "{} {before}", all.unjudged);
    // too little is there to learn from
    let nothing = counted(5, 5);
    assert_eq!((nothing.judged, nothing.alarms.len()), (0, 0));
    assert!(nothing.unjudged > 0);
}

/// Two weeks of a fleet: each thing sends its number times ten, and the last one ten times as much on the seventh day.
fn fortnight() -> Rows {
    let mut rows = Rows::new();
    for thing in 0..THINGS.len() {
        for period in 0..14 * 288 {
            let busy = thing == 4 && period / 288 == 7 && period % 288 < 24;
            let value = (i64::try_from(thing).unwrap() + 1) * if busy { 100 } else { 10 };
            rows.push((thing, START + i64::from(period) * PERIOD + 1_000, count(value)));
        }
    }
    rows
}

fn whole() -> Span {
    Span { from: Timestamp(START), to: Timestamp(START + 14 * DAY) }
}

#[test]
fn a_comparison_names_who_changes() {
    let rows = fortnight();
    let mut hand = |span: Span, sink: &mut dyn FnMut(&Columns<'_>)| {
        hand_out(&rows, span, 1_000, sink);
        Ok::<(), Infallible>(())
    };
    let mut did = |criteria| {
        let plan = plan(vec![profile("P", vec![behavior("B", BYTES, criteria)])]);
        let replay = Replay::of(&plan, "P", "B").unwrap();
        tally(replay, Timestamp(START), whole(), &|name| name != "lock", &mut hand).unwrap()
    };
    let before = did(fixed(Op::LessThan, count(1_000), Some(300)));
    assert_eq!((before.alarms.len(), before.heard.len(), before.judged), (0, 4, 4 * 14 * 288));
    let after = did(fixed(Op::LessThan, count(40), Some(300)));
    let covered: Vec<Arc<str>> = ["lamp", "moth", "oven", "pump", "vent"].iter().map(|name| Arc::from(*name)).collect();
    let change = compare(Some(&before), Some(&after), whole(), covered.iter());
    let newly: Vec<_> = change.newly.iter().map(|(thing, often)| (&**thing, *often)).collect();
    assert_eq!(newly, [("pump", 1), ("vent", 1)], "both alarm at once, and never stop");
    assert_eq!(change.blind, ["moth".into()]);
    assert_eq!((change.still, change.no_longer.len()), (0, 0));
    assert!((change.after_a_day - 2.0 / 14.0).abs() < 1e-9 && change.before_a_day == 0.0);
    let back = compare(Some(&after), None, whole(), covered.iter());
    assert_eq!((back.no_longer.len(), back.blind.len()), (2, 0));
    let fleet = did(fleet(Op::LessThanEquals, "p50", Some(300)));
    assert_eq!(fleet.alarmed.iter().map(|name| &**name).collect::<Vec<_>>(), ["pump", "vent"]);
}

#[test]
fn a_threshold_is_as_tight_as_tolerated() {
    let rows = fortnight();
    let mut hand = |span: Span, sink: &mut dyn FnMut(&Columns<'_>)| {
        hand_out(&rows, span, usize::MAX, sink);
        Ok::<(), Infallible>(())
    };
    let mut suggested = |op: Op, duration: i32, tolerated: f64| {
        let plan = plan(vec![profile("P", vec![behavior("B", BYTES, fixed(op, count(1), Some(duration)))])]);
        suggest(&plan, ("P", "B"), tolerated, whole(), &|_| true, &mut hand).unwrap().unwrap()
    };
    let none = suggested(Op::LessThanEquals, 300, 0.0);
    assert_eq!((none.threshold, none.alarms_a_week), (500.0, 0.0));
    assert_eq!(none.judged, 5 * 14 * 288);
    assert_eq!(suggested(Op::LessThan, 300, 0.0).threshold, 501.0);
    assert_eq!(suggested(Op::LessThanEquals, 300, 0.5).threshold, 50.0, "one alarm in two weeks is tolerated");
    assert_eq!(suggested(Op::GreaterThanEquals, 300, 0.0).threshold, 10.0);
    assert_eq!(suggested(Op::LessThanEquals, 600, 0.0).threshold, 1_000.0, "two datapoints are summed");
    let customs = BTreeMap::new();
    let plan = bartizan_device::engine::Plan::compile(vec![profile("P", Vec::new())], customs).unwrap();
    assert_eq!(suggest(&plan, ("P", "B"), 1.0, whole(), &|_| true, &mut hand).unwrap(), None);
}
