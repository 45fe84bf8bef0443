//! The program may stop anywhere: what devices told is judged once, and no alarm is lost or told twice.
//!
//! Histories are drawn at random and run twice: undisturbed, and with the room forgotten at random moments, between any
//! two of its stores' writes. Everything that can be asked afterwards must be the same. So it must be if on top of that
//! the snapshot that a start finds does not read back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bartizan_device::room::notice::{Noticed, NoticedEvent};
use bartizan_ledger::{Board, Posting, StoreError, Write};
use bartizan_policy::alert::OUTBOX;
use bartizan_policy::{Cx, Position, Sample, Series, Span, View};
use bartizan_wire::{Realm, Timestamp};
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::fleet::{ALL_THINGS, active, at, attach, events, quiet, report, tell, told, watched};
use crate::world::{NOW, World};

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

/// Ways to damage a snapshot.
const DAMAGES: [Damage; 7] = [
    Damage::HeadIsGarbage,
    Damage::HeadIsEmpty,
    Damage::IsEmpty,
    Damage::PartIsMissing,
    Damage::PartIsEmpty,
    Damage::PartIsCutOff,
    Damage::BitIsFlipped,
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Damage {
    HeadIsGarbage,
    HeadIsEmpty,
    /// It says that it has no parts.
    IsEmpty,
    PartIsMissing,
    PartIsEmpty,
    PartIsCutOff,
    BitIsFlipped,
}

/// Damages the snapshot that there is; false if there is none.
async fn damage(world: &World, how: Damage, place: usize) -> bool {
    const TOPIC: &str = "device/snapshot";
    let (board, realm) = (&world.cx.board, &world.cx.realm);
    let Some(mut head) = board.find(realm, TOPIC, "head").await.unwrap() else { return false };
    let part = board.find(realm, TOPIC, "part-000000").await.unwrap().filter(|part| !part.body.is_empty());
    let (Some(mut part), Ok(mut said)) = (part, serde_json::from_slice::<Value>(&head.body)) else {
        // It was damaged before, and no new one has taken its place.
        return true;
    };
    let place = place % part.body.len();
    match how {
        Damage::HeadIsGarbage => head.body = b"\x00\xffno JSON".to_vec(),
        Damage::HeadIsEmpty => head.body.clear(),
        Damage::IsEmpty => {
            (said["parts"], said["bytes"]) = (json!(0), json!(0));
            head.body = said.to_string().into_bytes();
        }
        Damage::PartIsMissing => {
            assert!(board.remove(realm, TOPIC, "part-000000").await.unwrap());
            return true;
        }
        Damage::PartIsEmpty => part.body.clear(),
        Damage::PartIsCutOff => part.body.truncate(place),
        Damage::BitIsFlipped => part.body[place] ^= 1 << (place % 8),
    }
    board.write(realm, vec![Write::post(TOPIC, head), Write::post(TOPIC, part)]).await.unwrap();
    true
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

/// An alarm that began before anything that is judged again keeps its id and its beginning, is told again by nobody, and
/// ends under the same id.
#[tokio::test]
async fn an_old_alarm_survives_a_damaged_snapshot() {
    for how in DAMAGES {
        let world = World::new();
        watched(&world, "P1", vec![quiet("Talks", 1000), quiet("Rare", 5000)]).await;
        let rounds = 5 * 24 * 2;
        for round in 0..rounds {
            let bytes = if round == 0 { 9000 } else { 2000 };
            let reports = vec![report("dev-1", round, bytes, &[]), report("dev-2", round, 10, &[])];
            tell(&world.room, &at(&world, round * 1800), reports).await;
        }
        let before = (active(&world).await, events(&world).await);
        assert_eq!((before.0.len(), before.1.len()), (1, 3));
        world.room.seal(&at(&world, rounds * 1800)).await.unwrap();
        let world = world.restarted();
        assert!(damage(&world, how, 1000).await);
        let now = at(&world, rounds * 1800 + 60);
        let recovered = world.room.open(&now).await.unwrap();
        let rebuilt = recovered.rebuilt.unwrap();
        assert_eq!((rebuilt.held, rebuilt.invalidated), (1, 0));
        // three days but a minute, two things that report every half hour, six metrics
        assert_eq!(rebuilt.datapoints, (3 * 48 - 1) * 2 * 6);
        assert_eq!((active(&world).await, events(&world).await), before, "{how:?}");
        // the next snapshot is whole
        assert!(world.room.seal_if_due(&now).await.unwrap());
        let world = world.restarted();
        assert_eq!(world.room.open(&now).await.unwrap().rebuilt, None);
        tell(&world.room, &at(&world, rounds * 1800 + 300), vec![report("dev-1", rounds, 10, &[])]).await;
        let told = told(&world).await;
        assert_eq!(told.last().unwrap(), &("alarm-cleared".to_owned(), "dev-1".to_owned(), "Talks".to_owned()));
        assert_eq!(events(&world).await[0]["violationId"], before.0[0]["violationId"]);
    }
}

/// A violation of which nobody knows any more what it violates is not left standing.
#[tokio::test]
async fn an_alarm_that_nothing_judges_ends_with_a_damaged_snapshot() {
    let world = World::new();
    watched(&world, "P1", vec![quiet("Talks", 1000)]).await;
    tell(&world.room, &at(&world, 0), vec![report("dev-1", 0, 2000, &[])]).await;
    // nobody attends to it any more when the profile is detached
    let detached = at(&world, 300);
    let input = json!({ "securityProfileName": "P1", "securityProfileTargetArn": ALL_THINGS });
    world.room.seal(&at(&world, 10)).await.unwrap();
    world.ask(&detached, "DetachSecurityProfile", &input).await.unwrap();
    let world = world.restarted();
    assert!(damage(&world, Damage::HeadIsEmpty, 0).await);
    let rebuilt = world.room.open(&at(&world, 400)).await.unwrap().rebuilt.unwrap();
    assert_eq!((rebuilt.held, rebuilt.invalidated), (0, 1));
    world.room.settle(&at(&world, 401)).await.unwrap();
    assert!(active(&world).await.is_empty());
    let kinds: Vec<String> = told(&world).await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["in-alarm", "alarm-invalidated"]);
}

/// Columns of which one does not read back: they can be written, and not be read.
#[derive(Debug)]
struct Unreadable(Arc<dyn Series>);

fn unreadable<T>() -> Result<T, StoreError> {
    Err(StoreError::Damaged("the samples in `x.parquet` do not read back".to_owned()))
}

#[async_trait]
impl Series for Unreadable {
    async fn write(
        &self,
        realm: &Realm,
        track: &str,
        samples: Arc<Vec<Sample>>,
        sealed: Option<Position>,
    ) -> Result<(), StoreError> {
        self.0.write(realm, track, samples, sealed).await
    }

    async fn sealed(&self, _: &Realm, _: &str) -> Result<Option<Position>, StoreError> {
        unreadable()
    }

    fn view(&self, _: &Realm, _: &str) -> Result<Arc<dyn View>, StoreError> {
        unreadable()
    }

    async fn find(&self, _: &Realm, _: &str, _: &str, _: &str, _: Span) -> Result<Vec<Sample>, StoreError> {
        unreadable()
    }

    async fn measures(&self, _: &Realm, _: &str) -> Result<Vec<Arc<str>>, StoreError> {
        unreadable()
    }
}

/// Columns that are damaged keep nobody from being judged, also where the snapshot is damaged, too.
#[tokio::test]
async fn damaged_columns_do_not_stop_a_start() {
    for both in [false, true] {
        let mut world = World::new();
        watched(&world, "P1", vec![quiet("Talks", 1000)]).await;
        let reports = vec![report("dev-1", 0, 2000, &[]), report("dev-2", 0, 10, &[])];
        tell(&world.room, &at(&world, 0), reports).await;
        let before = (active(&world).await, events(&world).await);
        world.room.seal(&at(&world, 10)).await.unwrap();
        world.cx.series = Arc::new(Unreadable(Arc::clone(&world.cx.series)));
        let world = world.restarted();
        if both {
            assert!(damage(&world, Damage::HeadIsEmpty, 0).await);
        }
        let recovered = world.room.open(&at(&world, 20)).await.unwrap();
        assert!(recovered.unreadable.unwrap().contains("x.parquet"));
        assert_eq!(recovered.rebuilt.is_some(), both);
        assert_eq!((active(&world).await, events(&world).await), before);
        // ticks and reports go on, and what is measured now becomes columns
        world.room.tick(&at(&world, 301)).await.unwrap();
        assert_eq!(active(&world).await, before.0);
        let reports = vec![report("dev-1", 1, 10, &[]), report("dev-2", 1, 3000, &[])];
        tell(&world.room, &at(&world, 305), reports).await;
        let names: Vec<String> = told(&world).await.iter().map(|(kind, thing, _)| format!("{thing} {kind}")).collect();
        assert_eq!(names[0], "dev-1 in-alarm");
        let mut later = names[1..].to_vec();
        later.sort();
        assert_eq!(later, ["dev-1 alarm-cleared", "dev-2 in-alarm"]);
        world.room.seal(&at(&world, 310)).await.unwrap();
        // who asks for what was measured is told why there is no answer
        let input = json!({ "thingName": "dev-1", "metricName": "aws:all-bytes-out",
                            "startTime": "2026-11-23T00:00:00Z", "endTime": "2026-11-26T00:00:00Z" });
        assert!(world.ask(&world.cx, "ListMetricValues", &input).await.is_err());
    }
}

/// What the broker counts in two hours, with the program stopped before the last of three violations in a row.
async fn windows_in_a_row(damages: Option<Damage>) -> (Vec<Value>, Vec<Value>) {
    let mut world = World::new();
    let dimension = json!({ "name": "alerts", "type": "TOPIC_FILTER", "stringValues": ["alerts/#"],
                            "clientRequestToken": "t" });
    world.iot("CreateDimension", dimension).await;
    let three = |name: &str, metric: &str, limit: i64| {
        json!({ "name": name, "metric": metric,
                "criteria": { "comparisonOperator": "less-than", "value": { "count": limit },
                              "durationSeconds": 900, "consecutiveDatapointsToAlarm": 3 } })
    };
    let mut narrowed = three("Alerts", "aws:num-messages-sent", 8);
    narrowed["metricDimension"] = json!({ "dimensionName": "alerts", "operator": "NOT_IN" });
    let mut sizes = three("Sizes", "aws:message-byte-size", 50);
    sizes["criteria"].as_object_mut().unwrap().remove("durationSeconds");
    let from = json!({ "name": "From", "metric": "aws:source-ip-address",
                       "criteria": { "comparisonOperator": "in-cidr-set", "value": { "cidrs": ["192.0.2.0/24"] } } });
    let gone = json!({ "name": "Gone", "metric": "aws:disconnect-duration",
                       "criteria": { "comparisonOperator": "less-than", "value": { "count": 20 } } });
    let behaviors = vec![narrowed, sizes, from, gone, three("All", "aws:num-messages-sent", 12)];
    watched(&world, "P1", behaviors).await;
    world.room.open(&at(&world, 0)).await.unwrap();
    let happens = |world: &World, seconds: i64, thing: &str, event: NoticedEvent| {
        let address = if thing == "dev-1" { "198.51.100.7" } else { "192.0.2.9" };
        let noticed = Noticed { thing: thing.into(), address: address.parse().ok(), event };
        world.room.notice(&world.cx.realm, &noticed, at(world, seconds).now);
    };
    for window in 0..24 {
        let begin = window * 300;
        world.room.follow(&at(&world, begin + 1)).await.unwrap();
        for (number, thing) in ["dev-1", "dev-2", "dev-3"].into_iter().enumerate() {
            // the third one comes once and goes
            let happening = (thing != "dev-3" || window == 1) && (window + i64::try_from(number).unwrap()) % 9 < 5;
            for message in 0..if happening { 5 } else { 1 } {
                let topic = if message == 0 { "alerts/x" } else { "data/x" };
                let bytes = if happening { 40 + 3 * u64::try_from(message).unwrap() } else { 9 };
                if thing != "dev-3" || window == 1 {
                    happens(&world, begin + 2, thing, NoticedEvent::Sent { topic: topic.to_owned(), bytes });
                }
            }
        }
        if window == 1 {
            happens(&world, begin + 3, "dev-3", NoticedEvent::Connected);
            happens(&world, begin + 4, "dev-3", NoticedEvent::Disconnected);
        }
        world.room.tick(&at(&world, begin + 301)).await.unwrap();
        if let Some(how) = damages
            && window % 5 == 4
        {
            world.room.seal(&at(&world, begin + 302)).await.unwrap();
            world = world.restarted();
            assert!(damage(&world, how, 77).await);
            assert!(world.room.open(&at(&world, begin + 303)).await.unwrap().rebuilt.is_some());
        }
    }
    (active(&world).await, events(&world).await)
}

/// Windows of cloud-side metrics are put together again as reports are: totals and extremes, for all topics and for some,
/// addresses, and how long a thing has been gone.
#[tokio::test]
async fn windows_are_put_together_again() {
    let undisturbed = windows_in_a_row(None).await;
    let behaviors: std::collections::BTreeSet<&str> =
        undisturbed.1.iter().map(|event| event["behavior"]["name"].as_str().unwrap()).collect();
    assert_eq!(behaviors.into_iter().collect::<Vec<_>>(), ["Alerts", "All", "From", "Gone", "Sizes"]);
    assert!(undisturbed.1.len() > 10, "{}", undisturbed.1.len());
    for how in [Damage::HeadIsGarbage, Damage::BitIsFlipped] {
        assert_eq!(windows_in_a_row(Some(how)).await, undisturbed, "{how:?}");
    }
}
