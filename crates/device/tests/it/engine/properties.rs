//! Random histories: the engine says what the naive one says, also when it is written down and restored in between.

use std::collections::BTreeMap;

use bartizan_device::behavior::{Behavior, ComparisonOperator as Op};
use bartizan_device::engine::{Coverage, Engine, Finding, NamedProfile};
use bartizan_device::observe::{Datapoint, Observation};
use bartizan_wire::Timestamp;
use proptest::prelude::*;

use super::made::*;
use super::naive::Naive;

const THINGS: [&str; 4] = ["lamp", "lock", "oven", "pump"];
const BYTES: &str = "aws:all-bytes-out";
const SENT: &str = "aws:num-messages-sent";
const SIZE: &str = "aws:message-byte-size";
const LISTENING: &str = "aws:num-listening-tcp-ports";

fn order() -> impl Strategy<Value = Op> {
    prop::sample::select(vec![Op::LessThan, Op::LessThanEquals, Op::GreaterThan, Op::GreaterThanEquals])
}

fn duration() -> impl Strategy<Value = i32> {
    prop::sample::select(vec![300, 600, 900, 1800, 3600])
}

fn statistic() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["p0", "p0.1", "p10", "p50", "p90", "p99.99", "p100"])
}

fn criterion() -> impl Strategy<Value = Behavior> {
    let fleet_of = |metric: &'static str| {
        (order(), statistic(), duration())
            .prop_map(move |(op, at, over)| behavior("", metric, fleet(op, at, Some(over))))
    };
    let set = |yes: Op, no: Op| prop::sample::select(vec![yes, no]);
    prop_oneof![
        (order(), 0_i64..40, duration()).prop_map(|(op, limit, over)| behavior(
            "",
            BYTES,
            fixed(op, count(limit), Some(over))
        )),
        (order(), 0_i64..20, duration()).prop_map(|(op, limit, over)| {
            narrowed(behavior("", SENT, fixed(op, count(limit), Some(over))), "topics")
        }),
        (order(), 0_i64..12).prop_map(|(op, limit)| behavior("", LISTENING, fixed(op, count(limit), None))),
        (order(), 0_i64..12).prop_map(|(op, limit)| behavior("", SIZE, fixed(op, count(limit), None))),
        (0_i64..4).prop_map(|limit| behavior("", "aws:disconnect-duration", fixed(Op::LessThan, count(limit), None))),
        (order(), -3.0..3.0).prop_map(|(op, limit)| behavior("", "cpu", fixed(op, number(limit), None))),
        (set(Op::InPortSet, Op::NotInPortSet), prop::collection::vec(0..4, 0..4)).prop_map(|(op, set)| behavior(
            "",
            "aws:listening-tcp-ports",
            fixed(op, ports(&set), None)
        )),
        (set(Op::InSet, Op::NotInSet), prop::sample::subsequence(vec!["a", "b", "c"], 0..3))
            .prop_map(|(op, set)| behavior("", "users", fixed(op, strings(&set), None))),
        (
            set(Op::InCidrSet, Op::NotInCidrSet),
            prop::sample::subsequence(vec!["10.0.0.0/30", "10.0.0.9/29", "10.0.0.17"], 0..3)
        )
            .prop_map(|(op, set)| behavior("", "peers", fixed(op, cidrs(&set), None))),
        fleet_of(BYTES),
        fleet_of(LISTENING),
        fleet_of(SIZE),
        fleet_of("cpu"),
    ]
}

fn behaviors() -> impl Strategy<Value = Vec<Behavior>> {
    prop::collection::vec((criterion(), 1..4, 1..4), 1..5).prop_map(|all| {
        let named = |(at, (behavior, alarm, clear)): (usize, (Behavior, i32, i32))| Behavior {
            name: format!("B{at}"),
            criteria: behavior.criteria.map(|criteria| in_a_row(criteria, alarm, clear)),
            ..behavior
        };
        all.into_iter().enumerate().map(named).collect()
    })
}

/// One profile or two; and another version of them: behaviors that are kept, changed, renamed, gone.
fn profiles() -> impl Strategy<Value = [Vec<NamedProfile>; 2]> {
    let change = prop::collection::vec(0..5, 10);
    (behaviors(), behaviors(), 1_usize..3, change).prop_map(|(p, q, many, changes)| {
        let change = |(behavior, change): (&Behavior, &i32)| {
            let mut changed = behavior.clone();
            match change {
                0 => return None,
                1 => changed.name += "x",
                2 => changed.criteria = changed.criteria.map(|criteria| in_a_row(criteria, 2, 2)),
                3 => {
                    if let Some(criteria) =
                        changed.criteria.as_mut().filter(|criteria| criteria.duration_seconds.is_some())
                    {
                        criteria.duration_seconds = Some(600);
                    }
                }
                _ => {}
            }
            Some(changed)
        };
        let changed = |from: &[Behavior]| from.iter().zip(&changes).filter_map(change).collect::<Vec<_>>();
        let other = vec![profile("Q", changed(&q)), profile("P", changed(&p))];
        let first = vec![profile("P", p), profile("Q", q)];
        [first.into_iter().take(many).collect(), other.into_iter().skip(2 - many).collect()]
    })
}

/// What happens next.
#[derive(Debug, Clone)]
enum Next {
    /// Time passes, in seconds; a report may come between a multiple of five minutes and its tick.
    Pass(i64, Option<usize>),
    /// A report that comes so many seconds late, or now.
    Report(usize, i64, Vec<i64>),
    /// Another plan: which, and which profiles cover which thing.
    Replan(usize, Vec<u8>),
    Cover(usize, u8),
    Restore,
}

fn next() -> impl Strategy<Value = Next> {
    let values = || prop::collection::vec(-1_i64..12, 8);
    let thing = 0..THINGS.len();
    prop_oneof![
        6 => (prop_oneof![8 => 1_i64..400, 2 => 400_i64..4_000, 1 => 172_000_i64..174_000], prop::option::of(thing.clone()))
            .prop_map(|(seconds, early)| Next::Pass(seconds, early)),
        12 => (thing.clone(), prop_oneof![9 => Just(0_i64), 1 => 0_i64..500], values())
            .prop_map(|(thing, late, values)| Next::Report(thing, late, values)),
        1 => (0_usize..2, prop::collection::vec(0_u8..4, THINGS.len())).prop_map(|(which, cover)| Next::Replan(which, cover)),
        1 => (thing, 0_u8..4).prop_map(|(thing, cover)| Next::Cover(thing, cover)),
        1 => Just(Next::Restore),
    ]
}

/// What a device or the broker tells; -1 is not told, except of `cpu`.
fn datapoints(values: &[i64], cloud: bool) -> Vec<Datapoint> {
    let small = |value: i64| i32::try_from(value).unwrap();
    let address = |value: i64| format!("10.0.0.{value}");
    let some = |index: usize| values[index];
    let texts = ["a", "b", "c", "d"];
    let told = if cloud {
        vec![
            narrowed_point(point(SENT, count(some(0)))),
            point(SENT, count(some(1) * 10)),
            point(SIZE, count(some(2))),
            point("aws:message-byte-size-min", count(some(3))),
            point("aws:message-byte-size-max", count(some(4))),
            point("aws:disconnect-duration", count(some(5) * 20)),
        ]
    } else {
        let upto = some(2).max(0);
        vec![
            point(BYTES, count(some(0))),
            point(LISTENING, count(some(1))),
            point("aws:listening-tcp-ports", ports(&(0..small(upto) / 2).collect::<Vec<_>>())),
            point("users", strings(texts.get(..usize::try_from(some(3).max(0)).unwrap() / 3).unwrap_or(&texts))),
            point(
                "peers",
                cidrs(&(0..some(4) * 2).map(address).collect::<Vec<_>>().iter().map(|a| &**a).collect::<Vec<_>>()),
            ),
            point("cpu", number(if some(5) == -1 && some(6) > 9 { -1.0 } else { some(5).max(0) as f64 / 4.0 })),
        ]
    };
    told.into_iter().filter(|point| point.value.count.is_none_or(|count| count >= 0)).collect()
}

fn narrowed_point(point: Datapoint) -> Datapoint {
    let dimension = Some(("topics".into(), bartizan_device::behavior::DimensionValueOperator::In));
    Datapoint { measured: bartizan_device::observe::Measured { dimension, ..point.measured }, ..point }
}

struct Covers<'a>(&'a BTreeMap<String, u8>, &'a [NamedProfile]);

impl Coverage for Covers<'_> {
    fn covering(&self, thing: &str) -> Vec<u16> {
        let bits = self.0.get(thing).copied().unwrap_or(3);
        let covers = |profile: &NamedProfile| bits >> u8::from(&*profile.name == "Q") & 1 == 1;
        let numbers = (0..).zip(self.1).filter(|(_, profile)| covers(profile)).map(|(number, _)| number);
        // in any order
        numbers.collect::<Vec<u16>>().into_iter().rev().collect()
    }
}

struct Both {
    engine: Engine,
    naive: Naive,
    profiles: Vec<NamedProfile>,
    cover: BTreeMap<String, u8>,
    now: i64,
}

impl Both {
    fn see(&mut self, seen: &Observation) {
        let covers = Covers(&self.cover, &self.profiles);
        let mut findings: Vec<Finding> = Vec::new();
        self.engine.step(&covers, seen, &mut findings);
        let expected = self.naive.step(&|thing| covers.covering(thing), seen);
        assert_eq!(findings, expected, "after {seen:?}");
    }

    fn pass(&mut self, seconds: i64, early: Option<usize>) {
        let end = self.now + seconds * SECOND;
        let mut boundary = (self.now / PERIOD + 1) * PERIOD;
        while boundary <= end {
            // who is connected tells of a window, if it is not a long time that passes
            if seconds < 4_000 {
                for (number, thing) in
                    THINGS.iter().enumerate().filter(|(number, _)| (boundary / PERIOD + *number as i64) % 3 > 0)
                {
                    let values: Vec<i64> =
                        (0..8).map(|at| (boundary / PERIOD * 7 + at * 5 + number as i64 * 3) % 13 - 1).collect();
                    let datapoints = datapoints(&values, true);
                    self.see(&Observation::Window { thing: (*thing).into(), at: Timestamp(boundary), datapoints });
                }
            }
            if let Some(thing) = early {
                self.see(&report(THINGS[thing], boundary + 500, datapoints(&[boundary / PERIOD % 9; 8], false)));
            }
            self.see(&tick(boundary));
            boundary += PERIOD;
        }
        self.now = end;
    }

    fn apply(&mut self, next: &Next, versions: &[Vec<NamedProfile>; 2]) {
        let at = Timestamp(self.now);
        let mut findings: Vec<Finding> = Vec::new();
        match next {
            Next::Pass(seconds, early) => return self.pass(*seconds, *early),
            Next::Report(thing, late, values) => {
                return self.see(&report(THINGS[*thing], self.now - late * SECOND, datapoints(values, false)));
            }
            Next::Replan(which, cover) => {
                self.profiles = versions[*which].clone();
                self.cover = THINGS.iter().map(ToString::to_string).zip(cover.iter().copied()).collect();
                let covers = Covers(&self.cover, &self.profiles);
                self.engine.replan(plan(self.profiles.clone()), &covers, at, &mut findings);
            }
            Next::Cover(thing, cover) => {
                self.cover.insert(THINGS[*thing].to_owned(), *cover);
                self.engine.recover(THINGS[*thing], &Covers(&self.cover, &self.profiles), at, &mut findings);
            }
            Next::Restore => {
                self.engine = Engine::restore(&self.engine.snapshot(), 9).unwrap();
                assert!(self.engine.plan().is_same(&plan(self.profiles.clone())));
                return;
            }
        }
        let covers = Covers(&self.cover, &self.profiles);
        let expected = self.naive.replan(self.profiles.clone(), &|thing| covers.covering(thing), self.now);
        assert_eq!(findings, expected, "after {next:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_engine_says_what_the_naive_one_says(versions in profiles(), history in prop::collection::vec(next(), 1..120)) {
        let profiles = versions[0].clone();
        let engine = Engine::salted(plan(profiles.clone()), 5);
        let naive = Naive::new(profiles.clone(), customs());
        let mut both = Both { engine, naive, profiles, cover: BTreeMap::new(), now: START + 7 * SECOND };
        for next in &history {
            both.apply(next, &versions);
            let active: std::collections::BTreeSet<_> = both.engine.active().map(|active| active.id).collect();
            prop_assert_eq!(active, both.naive.active());
        }
    }
}

#[test]
fn damaged_snapshots_are_refused() {
    let behaviors = vec![
        behavior("B", BYTES, fixed(Op::LessThan, count(5), Some(900))),
        behavior("C", "users", fixed(Op::InSet, strings(&["a"]), None)),
    ];
    let mut engine = Engine::new(plan(vec![profile("P", behaviors)]));
    let mut findings = Vec::new();
    for thing in THINGS {
        engine.step(&Everything(1), &report(thing, START, datapoints(&[9; 8], false)), &mut findings);
    }
    assert_eq!(findings.len(), 8);
    let bytes = engine.snapshot();
    assert_eq!(Engine::restore(&bytes, 1).unwrap().snapshot(), bytes);
    for cut in 0..bytes.len() {
        assert!(Engine::restore(&bytes[..cut], 0).is_err(), "cut at {cut}");
    }
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x10;
        assert!(Engine::restore(&damaged, 0).is_err(), "damaged at {place}");
    }
}
