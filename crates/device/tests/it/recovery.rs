//! The program may stop anywhere: what devices told is judged once, and no alarm is lost or told twice.
//!
//! Histories are drawn at random and run twice: undisturbed, and with the room forgotten at random moments, between any
//! two of its stores' writes. Everything that can be asked afterwards must be the same. So it must be if on top of that
//! the snapshot that a start finds does not read back.

mod damage;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bartizan_ledger::{Board, Posting, StoreError, Write};
use bartizan_policy::Cx;
use bartizan_policy::alert::OUTBOX;
use bartizan_wire::{Realm, Timestamp};
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::fleet::{active, attach, events, quiet, report};
use crate::world::{NOW, World};
use damage::{DAMAGES, damage};

/// A board that can refuse to write: the program has stopped just before.
#[derive(Debug)]
struct Stopping {
    inner: Arc<dyn Board>,
    refuse: AtomicBool,
}

#[async_trait]
impl Board for Stopping {
    async fn write(&self, realm: &Realm, writes: Vec<Write>) -> Result<(), StoreError> {
        if self.refuse.load(Ordering::SeqCst) {
            return Err(StoreError::Failed("the program has stopped".to_owned()));
        }
        self.inner.write(realm, writes).await
    }

    async fn find(&self, realm: &Realm, topic: &str, subject: &str) -> Result<Option<Posting>, StoreError> {
        self.inner.find(realm, topic, subject).await
    }

    async fn list(
        &self,
        realm: &Realm,
        topic: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Posting>, StoreError> {
        self.inner.list(realm, topic, after, limit).await
    }

    async fn remove(&self, realm: &Realm, topic: &str, subject: &str) -> Result<bool, StoreError> {
        self.inner.remove(realm, topic, subject).await
    }
}

/// One step of a history.
#[derive(Debug, Clone)]
enum Step {
    /// Some things report.
    Reports(Vec<(u8, i64)>),
    /// A profile's limit changes.
    Limit(i64),
    /// A thing is registered, and put into the group, or taken out.
    Join(u8, bool),
    /// The profile of the group is attached, or detached.
    Attach(bool),
    /// The room looks at the clock and at commits.
    Attend,
    /// What was judged becomes columns and a snapshot.
    Seal,
}

/// Where the program stops in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stop {
    /// It does not.
    Never,
    /// Reports are durable, and not judged.
    BeforeJudging,
    /// What was found is not written; of a seal, columns are and the snapshot is not.
    BeforeWriting,
    /// The step is done.
    After,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => proptest::collection::vec((0..6_u8, 0..2000_i64), 1..6).prop_map(Step::Reports),
        1 => (500..1500_i64).prop_map(Step::Limit),
        1 => (0..6_u8, proptest::bool::ANY).prop_map(|(thing, into)| Step::Join(thing, into)),
        1 => proptest::bool::ANY.prop_map(Step::Attach),
        2 => Just(Step::Attend),
        1 => Just(Step::Seal),
    ]
}

fn stop() -> impl Strategy<Value = Stop> {
    prop_oneof![
        4 => Just(Stop::Never),
        1 => Just(Stop::BeforeJudging),
        1 => Just(Stop::BeforeWriting),
        1 => Just(Stop::After),
    ]
}

/// A world with two profiles, one of them for a group.
async fn begin() -> (World, Arc<Stopping>) {
    let mut world = World::new();
    let board = Arc::new(Stopping { inner: Arc::clone(&world.cx.board), refuse: AtomicBool::new(false) });
    world.cx.board = Arc::clone(&board) as _;
    let targets = json!({ "SNS": { "alertTargetArn": "arn:aws:sns:us-east-1:123456789012:t",
                                   "roleArn": "arn:aws:iam::123456789012:role/r" } });
    let mut talks = quiet("Talks", 1000);
    talks["criteria"]["consecutiveDatapointsToAlarm"] = json!(2);
    let fleet = json!({ "name": "Fleet", "metric": "aws:all-bytes-out",
                        "criteria": { "comparisonOperator": "less-than-equals", "durationSeconds": 300,
                                      "statisticalThreshold": { "statistic": "p90" } } });
    let all = json!({ "securityProfileName": "All", "behaviors": [talks, fleet], "alertTargets": targets });
    world.iot("CreateSecurityProfile", all).await;
    attach(&world, "All").await;
    let group = json!({ "securityProfileName": "Group", "behaviors": [quiet("Whispers", 300)] });
    world.iot("CreateSecurityProfile", group).await;
    world.iot("CreateThingGroup", json!({ "thingGroupName": "g" })).await;
    (world, board)
}

async fn commit(world: &World, cx: &Cx, step: &Step) {
    let ask = |name: &'static str, input: Value| async move { world.ask(cx, name, &input).await.map(drop) };
    let group = "arn:aws:iot:us-east-1:123456789012:thinggroup/g";
    match step {
        Step::Limit(limit) => {
            let mut talks = quiet("Talks", *limit);
            talks["criteria"]["consecutiveDatapointsToAlarm"] = json!(2);
            let update = json!({ "securityProfileName": "All", "behaviors": [talks] });
            ask("UpdateSecurityProfile", update).await.unwrap();
        }
        Step::Join(thing, into) => {
            let name = format!("dev-{thing}");
            ask("CreateThing", json!({ "thingName": name })).await.unwrap();
            let operation = if *into { "AddThingToThingGroup" } else { "RemoveThingFromThingGroup" };
            ask(operation, json!({ "thingGroupName": "g", "thingName": name })).await.unwrap();
        }
        Step::Attach(attached) => {
            let operation = if *attached { "AttachSecurityProfile" } else { "DetachSecurityProfile" };
            let input = json!({ "securityProfileName": "Group", "securityProfileTargetArn": group });
            ask(operation, input).await.unwrap();
        }
        Step::Reports(_) | Step::Attend | Step::Seal => {}
    }
}

/// Everything that can be asked at the end.
#[derive(Debug, PartialEq)]
struct End {
    active: Vec<Value>,
    events: Vec<Value>,
    alerts: Vec<String>,
    values: Vec<Value>,
}

/// What a history goes through.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Undisturbed,
    Stopped,
    /// And the snapshot is damaged whenever the program stops.
    Damaged,
}

/// What became of a history, how often the program stopped, and how often it found a damaged snapshot then.
async fn run(history: &[(Step, Stop)], fate: Fate) -> (End, usize, usize) {
    let (mut world, board) = begin().await;
    let (mut stops, mut damages) = (0, 0);
    for (number, (step, stop)) in history.iter().enumerate() {
        let number = i64::try_from(number).unwrap();
        let cx = Cx { now: Timestamp(NOW + number * 100_000), ..world.cx.clone() };
        let stop = if fate == Fate::Undisturbed { Stop::Never } else { *stop };
        commit(&world, &cx, step).await;
        if stop == Stop::BeforeWriting {
            board.refuse.store(true, Ordering::SeqCst);
        }
        let outcome = match step {
            Step::Reports(reports) => {
                let reports = reports.iter().map(|(thing, bytes)| {
                    let mut one = report(&format!("dev-{thing}"), number, *bytes, &[]);
                    one.at = cx.now;
                    one
                });
                match world.room.take_in(&cx, reports.collect()).await {
                    Ok(_) if stop == Stop::BeforeJudging => Ok(()),
                    Ok(_) => world.room.settle(&cx).await.map(drop),
                    Err(error) => Err(error),
                }
            }
            Step::Seal => world.room.seal(&cx).await,
            _ => match world.room.follow(&cx).await {
                Ok(_) => world.room.tick(&cx).await.map(drop),
                Err(error) => Err(error),
            },
        };
        assert!(outcome.is_ok() || stop == Stop::BeforeWriting, "{outcome:?}");
        board.refuse.store(false, Ordering::SeqCst);
        if stop != Stop::Never {
            world = world.restarted();
            let which = usize::try_from(number).unwrap();
            let damaged =
                fate == Fate::Damaged && damage(&world, DAMAGES[(which + stops) % DAMAGES.len()], which * 37).await;
            let recovered = world.room.open(&cx).await.unwrap();
            assert_eq!(recovered.rebuilt.is_some(), damaged, "{recovered:?}");
            stops += 1;
            damages += usize::from(damaged);
        }
    }
    let cx = Cx { now: Timestamp(NOW + i64::try_from(history.len()).unwrap() * 100_000), ..world.cx.clone() };
    world.room.follow(&cx).await.unwrap();
    world.room.settle(&cx).await.unwrap();
    let waiting = cx.board.list(&cx.realm, OUTBOX, None, 1000).await.unwrap();
    let mut values = Vec::new();
    for thing in 0..6 {
        let input = json!({ "thingName": format!("dev-{thing}"), "metricName": "aws:all-bytes-out", "maxResults": 250,
                            "startTime": "2026-11-23T00:00:00Z", "endTime": "2026-11-26T00:00:00Z" });
        values.push(world.iot("ListMetricValues", input).await);
    }
    let alerts = waiting.into_iter().map(|posting| posting.subject).collect();
    (End { active: active(&world).await, events: events(&world).await, alerts, values }, stops, damages)
}

/// Runs random histories undisturbed and otherwise. Answers how often the program stopped, how often it found a damaged
/// snapshot, and how many events there were.
fn compare(fate: Fate) -> (usize, usize, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let counted = std::cell::RefCell::new((0, 0, 0));
    let histories = proptest::collection::vec((step(), stop()), 5..40);
    runner
        .run(&histories, |history| {
            let (undisturbed, ..) = runtime.block_on(run(&history, Fate::Undisturbed));
            let (disturbed, stops, damages) = runtime.block_on(run(&history, fate));
            let mut counted = counted.borrow_mut();
            counted.0 += stops;
            counted.1 += damages;
            counted.2 += undisturbed.events.len();
            assert_eq!(undisturbed, disturbed);
            Ok(())
        })
        .unwrap();
    counted.into_inner()
}

#[test]
fn nothing_is_lost_or_told_twice() {
    let (stops, _, told) = compare(Fate::Stopped);
    // The histories say something: alarms began, and the program was stopped.
    assert!(stops > 100 && told > 100, "{stops} stops, {told} events");
}

#[test]
fn nor_is_it_where_snapshots_do_not_read_back() {
    let (_, damages, told) = compare(Fate::Damaged);
    assert!(damages > 100 && told > 100, "{damages} damages, {told} events");
}
