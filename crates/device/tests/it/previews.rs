//! What a change would do is what it does (P1): the same reports again, under the changed policy, alarm the devices that
//! the preview named.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fleet::{active, at, quiet, report, tell, watched};
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
