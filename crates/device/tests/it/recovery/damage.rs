//! Snapshots and columns that do not read back.

use std::sync::Arc;

use async_trait::async_trait;
use bartizan_device::room::notice::{Noticed, NoticedEvent};
use bartizan_ledger::{StoreError, Write};
use bartizan_policy::{Position, Sample, Series, Span, View};
use bartizan_wire::Realm;
use serde_json::{Value, json};

use crate::fleet::{ALL_THINGS, active, at, events, quiet, report, tell, told, watched};
use crate::world::World;

/// Ways to damage a snapshot.
pub(super) const DAMAGES: [Damage; 7] = [
    Damage::HeadIsGarbage,
    Damage::HeadIsEmpty,
    Damage::IsEmpty,
    Damage::PartIsMissing,
    Damage::PartIsEmpty,
    Damage::PartIsCutOff,
    Damage::BitIsFlipped,
];

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Damage {
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
pub(super) async fn damage(world: &World, how: Damage, place: usize) -> bool {
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
