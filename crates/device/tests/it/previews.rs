//! What a change would do is what it does (P1): the same reports again, under the changed policy, alarm the devices that
//! the preview named.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bartizan_device::room::DeviceRoom;
use bartizan_ledger::StoreError;
use bartizan_policy::{Columns, Cx, Position, Sample, Series, Span, View};
use bartizan_wire::Realm;
use serde_json::{Value, json};

use crate::fleet::{ALL_THINGS, active, at, quiet, report, tell, told, watched};
use crate::world::World;

const THINGS: i64 = 12;

/// Every thing sends so many bytes: the number of the thing, in hundreds.
async fn hour(world: &World, from: i64) {
    for round in 0..4 {
        let reports = (0..THINGS).map(|thing| report(&format!("dev-{thing}"), from + round, thing * 100, &[]));
        tell(&world.room, &at(world, from + round * 300), reports.collect()).await;
    }
}

/// What a preview of an operation finds.
async fn preview(world: &World, seconds: i64, operation: &str, input: Value) -> Value {
    let mut cx = at(world, seconds);
    cx.previewing = true;
    let answer = world.ask(&cx, operation, &input).await.unwrap();
    let id = answer.preview.unwrap();
    let line = cx.audit.find(&cx.realm, &id).await.unwrap().unwrap();
    serde_json::from_str(&line.detail).unwrap()
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

async fn alarmed(world: &World) -> BTreeSet<String> {
    active(world).await.iter().map(|one| one["thingName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_update_alarms_whom_its_preview_names() {
    let world = World::new();
    // within five minutes nothing but the report itself counts
    watched(&world, "P1", vec![quiet("Talks", 10_000)]).await;
    hour(&world, 0).await;
    assert!(alarmed(&world).await.is_empty());
    world.room.seal(&at(&world, 1000)).await.unwrap();
    hour(&world, 1200).await;

    let update = json!({ "securityProfileName": "P1", "behaviors": [quiet("Talks", 800)] });
    let found = preview(&world, 2400, "UpdateSecurityProfile", update.clone()).await;
    let newly = names(&found["Findings"]["DevicesNewlyAlarming"]);
    let expected: BTreeSet<String> = (8..THINGS).map(|thing| format!("dev-{thing}")).collect();
    assert_eq!(newly, expected, "{found:#}");
    assert_eq!(found["Findings"]["DevicesNoLongerAlarmingCount"], 0);
    assert_eq!(found["Evidence"]["Judged"], THINGS * 8);
    assert!(alarmed(&world).await.is_empty(), "a preview changes nothing");

    world.iot("UpdateSecurityProfile", update).await;
    hour(&world, 2400).await;
    assert_eq!(alarmed(&world).await, newly);

    // and back again
    let update = json!({ "securityProfileName": "P1", "behaviors": [quiet("Talks", 1050)] });
    let found = preview(&world, 3600, "UpdateSecurityProfile", update.clone()).await;
    let no_longer = names(&found["Findings"]["DevicesNoLongerAlarming"]);
    assert_eq!(no_longer, (8..11).map(|thing| format!("dev-{thing}")).collect());
    world.iot("UpdateSecurityProfile", update).await;
    hour(&world, 3600).await;
    assert_eq!(alarmed(&world).await, BTreeSet::from(["dev-11".to_owned()]));
}

#[tokio::test]
async fn attaching_covers_and_detaching_uncovers() {
    let world = World::new();
    world.iot("CreateThingGroup", json!({ "thingGroupName": "g" })).await;
    for thing in ["dev-9", "dev-1", "never"] {
        world.iot("CreateThing", json!({ "thingName": thing })).await;
        world.iot("AddThingToThingGroup", json!({ "thingGroupName": "g", "thingName": thing })).await;
    }
    let profile = json!({ "securityProfileName": "P1", "behaviors": [quiet("Talks", 500)] });
    world.iot("CreateSecurityProfile", profile).await;
    hour(&world, 0).await;
    let attach = json!({ "securityProfileName": "P1",
                         "securityProfileTargetArn": "arn:aws:iot:us-east-1:123456789012:thinggroup/g" });
    let found = preview(&world, 1200, "AttachSecurityProfile", attach.clone()).await;
    assert_eq!(names(&found["Findings"]["DevicesNewlyAlarming"]), BTreeSet::from(["dev-9".to_owned()]));
    assert_eq!(found["Findings"]["DevicesBlindCount"], 1, "nothing was ever heard of one");
    world.iot("AttachSecurityProfile", attach.clone()).await;
    hour(&world, 1200).await;
    assert_eq!(alarmed(&world).await, BTreeSet::from(["dev-9".to_owned()]));
    let found = preview(&world, 2400, "DetachSecurityProfile", attach).await;
    assert_eq!(names(&found["Findings"]["DevicesNoLongerAlarming"]), BTreeSet::from(["dev-9".to_owned()]));
    let moved = json!({ "thingGroupName": "g", "thingName": "dev-9" });
    let found = preview(&world, 2400, "RemoveThingFromThingGroup", moved).await;
    assert_eq!(names(&found["Findings"]["DevicesNoLongerAlarming"]), BTreeSet::from(["dev-9".to_owned()]));
}

#[tokio::test]
async fn a_condition_the_wrong_way_round_is_warned_of() {
    let world = World::new();
    watched(&world, "P1", vec![quiet("Talks", 10_000)]).await;
    hour(&world, 0).await;
    let mut turned = quiet("Talks", 10_000);
    turned["criteria"]["comparisonOperator"] = json!("greater-than");
    let update = json!({ "securityProfileName": "P1", "behaviors": [turned] });
    let found = preview(&world, 1200, "UpdateSecurityProfile", update).await;
    assert_eq!(found["Findings"]["DevicesNewlyAlarmingCount"], THINGS);
    let summary = found["Summary"].as_array().unwrap();
    assert!(summary.iter().any(|line| line.as_str().unwrap().contains("turn it round")), "{summary:#?}");
    let tag = json!({ "resourceArn": "arn:aws:iot:us-east-1:123456789012:securityprofile/P1",
                      "tags": [{ "Key": "k", "Value": "v" }] });
    let found = preview(&world, 1200, "TagResource", tag).await;
    assert_eq!(found["Summary"], json!(["no device is judged by what this changes"]));
}

#[tokio::test]
async fn a_threshold_is_suggested_from_what_was_recorded() {
    let world = World::new();
    watched(&world, "P1", vec![quiet("Talks", 10_000)]).await;
    let ask = |metric: &str| json!({ "MetricName": metric, "ToleratedAlarmsAWeek": 0.0 });
    let nothing = world.ask_action(&at(&world, 1), "bartizan:SuggestThreshold", &ask("aws:all-bytes-out")).await;
    assert_eq!(nothing.unwrap().body, "{}");
    hour(&world, 0).await;
    let found = world.ask_action(&at(&world, 1200), "bartizan:SuggestThreshold", &ask("aws:all-bytes-out")).await;
    let found: Value = serde_json::from_str(&found.unwrap().body).unwrap();
    assert_eq!((&found["Threshold"], &found["AlarmsAWeek"]), (&json!(1100.0), &json!(0.0)));
    assert!(world.ask_action(&at(&world, 1200), "bartizan:SuggestThreshold", &ask("no-such")).await.is_err());
}

/// What happens once, in the middle of the next replay.
type Meanwhile = Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>>;

/// Columns in the middle of whose replay something happens.
struct Interrupted {
    inner: Arc<dyn Series>,
    meanwhile: Meanwhile,
}

struct InterruptedView {
    inner: Arc<dyn View>,
    meanwhile: Meanwhile,
}

impl std::fmt::Debug for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

impl std::fmt::Debug for InterruptedView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

impl View for InterruptedView {
    fn replay(&self, measure: &str, span: Span, sink: &mut dyn FnMut(&Columns<'_>)) -> Result<(), StoreError> {
        self.inner.replay(measure, span, sink)?;
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        Ok(())
    }
}

#[async_trait]
impl Series for Interrupted {
    async fn write(
        &self,
        realm: &Realm,
        track: &str,
        samples: Arc<Vec<Sample>>,
        sealed: Option<Position>,
    ) -> Result<(), StoreError> {
        self.inner.write(realm, track, samples, sealed).await
    }

    async fn sealed(&self, realm: &Realm, track: &str) -> Result<Option<Position>, StoreError> {
        self.inner.sealed(realm, track).await
    }

    fn view(&self, realm: &Realm, track: &str) -> Result<Arc<dyn View>, StoreError> {
        let inner = self.inner.view(realm, track)?;
        Ok(Arc::new(InterruptedView { inner, meanwhile: Arc::clone(&self.meanwhile) }))
    }

    async fn find(
        &self,
        realm: &Realm,
        track: &str,
        measure: &str,
        subject: &str,
        span: Span,
    ) -> Result<Vec<Sample>, StoreError> {
        self.inner.find(realm, track, measure, subject, span).await
    }

    async fn measures(&self, realm: &Realm, track: &str) -> Result<Vec<Arc<str>>, StoreError> {
        self.inner.measures(realm, track).await
    }
}

/// A room judges, seals, judges and seals again, all of it between two replays of one preview: between the columns and
/// what was not in columns yet when the preview began.
#[tokio::test]
async fn a_seal_in_the_middle_of_a_preview_changes_nothing() {
    let mut found = Vec::new();
    for interrupted in [false, true] {
        let mut world = World::new();
        let meanwhile = Meanwhile::default();
        let inner = Arc::clone(&world.cx.series);
        world.cx.series = Arc::new(Interrupted { inner, meanwhile: Arc::clone(&meanwhile) });
        watched(&world, "P1", vec![quiet("Talks", 10_000)]).await;
        hour(&world, 0).await;
        world.room.seal(&at(&world, 1000)).await.unwrap();
        hour(&world, 1200).await;
        if interrupted {
            let (room, runtime) = (Arc::clone(&world.room), tokio::runtime::Handle::current());
            let times = [1200, 2400, 3600].map(|seconds| at(&world, seconds));
            *meanwhile.lock().unwrap() = Some(Box::new(move || runtime.block_on(work_on(&room, &times))));
        }
        let mut sums = quiet("Sums", 1500);
        sums["criteria"]["durationSeconds"] = json!(600);
        let fleet = json!({ "name": "Fleet", "metric": "aws:all-bytes-out",
                            "criteria": { "comparisonOperator": "less-than-equals", "durationSeconds": 900,
                                          "statisticalThreshold": { "statistic": "p50" } } });
        let update = json!({ "securityProfileName": "P1", "behaviors": [quiet("Talks", 800), sums, fleet] });
        found.push(preview(&world, 2350, "UpdateSecurityProfile", update).await);
        assert!(meanwhile.lock().unwrap().is_none(), "nothing came between");
        let kept = world.cx.series.find(&world.cx.realm, "device/report", "aws:all-bytes-out", "dev-1", ALWAYS).await;
        assert_eq!(kept.unwrap().len(), if interrupted { 12 } else { 4 });
    }
    assert_eq!(found[0]["Findings"]["Behaviors"].as_array().unwrap().len(), 3);
    for what in ["Findings", "Evidence", "Summary"] {
        assert_eq!(found[0][what], found[1][what]);
    }
}

const ALWAYS: Span = Span { from: bartizan_wire::Timestamp(0), to: bartizan_wire::Timestamp(i64::MAX) };

async fn work_on(room: &DeviceRoom, times: &[Cx; 3]) {
    let [now, later, last] = times;
    room.seal(now).await.unwrap();
    for cx in [later, last] {
        for round in 0..2 {
            let reports = (0..THINGS).map(|thing| report(&format!("dev-{thing}"), cx.now.0 + round, thing * 100, &[]));
            let cx = Cx { now: bartizan_wire::Timestamp(cx.now.0 + round * 300_000), ..cx.clone() };
            tell(room, &cx, reports.collect()).await;
        }
        room.seal(cx).await.unwrap();
    }
}

const LEARNERS: i64 = 84;

/// Fifteen days in which many things report by the hour, and on the last of them some much more than usual.
async fn fifteen_days(world: &World) -> i64 {
    const TICKS: i64 = 15 * 288;
    for tick in 0..TICKS {
        let now = tick * 300;
        world.room.tick(&at(world, now)).await.unwrap();
        if tick % 12 == 0 {
            let (day, hour) = (tick / 288, tick / 12 % 24);
            let bytes = |thing: i64| {
                let odd = day == 14 && (thing * 7 + hour) % 30 == 0;
                1000 + hour * 100 + thing + if odd { thing * 200 } else { 0 }
            };
            let reports = (0..LEARNERS).map(|thing| report(&format!("dev-{thing}"), tick, bytes(thing), &[]));
            tell(&world.room, &at(world, now + 7), reports.collect()).await;
        }
        if tick % 1000 == 0 {
            world.room.seal(&at(world, now)).await.unwrap();
        }
    }
    TICKS * 300
}

/// What the model of a behavior would have found is what it finds.
#[tokio::test]
async fn a_model_alarms_whom_its_preview_names() {
    let behavior = |level: &str| {
        json!({ "name": "Learned", "metric": "aws:all-bytes-out",
                "criteria": { "mlDetectionConfig": { "confidenceLevel": level } } })
    };
    let world = World::new();
    let created = json!({ "securityProfileName": "P1", "behaviors": [behavior("LOW")] });
    world.iot("CreateSecurityProfile", created).await;
    let end = fifteen_days(&world).await;
    let input = json!({ "securityProfileName": "P1", "securityProfileTargetArn": ALL_THINGS });
    let found = preview(&world, end, "AttachSecurityProfile", input).await;
    let foreseen: BTreeMap<String, i64> = found["Findings"]["Behaviors"][0]["NewlyAlarming"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["ThingName"].as_str().unwrap().to_owned(), one["Alarms"].as_i64().unwrap()))
        .collect();
    assert!(foreseen.len() > 10, "{found:#}");
    let blind = &found["Evidence"]["Blind"][0];
    assert!(blind["Why"].as_str().unwrap().contains("learned"), "{found:#}");
    // all but the last day, less the hour in which the model was built
    let judged = found["Evidence"]["Judged"].as_i64().unwrap();
    assert_eq!(judged, LEARNERS * 23);
    assert_eq!(blind["Count"], LEARNERS * (15 * 24) - judged - LEARNERS * 24);

    let live = World::new();
    watched(&live, "P1", vec![behavior("LOW")]).await;
    fifteen_days(&live).await;
    let mut alarms: BTreeMap<String, i64> = BTreeMap::new();
    for (kind, thing, _) in told(&live).await {
        if kind == "in-alarm" {
            *alarms.entry(thing).or_default() += 1;
        }
    }
    assert_eq!(alarms, foreseen);
}
