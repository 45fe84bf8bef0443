//! Security profiles and what they refer to: what clients over HTTP cannot bring about at will.

use std::collections::BTreeMap;

use bartizan_device::attachment::{self, PROFILES_OF_A_TARGET_MAX};
use bartizan_device::custom_metric::{CustomMetric, CustomMetrics};
use bartizan_device::errors::DeviceError;
use bartizan_device::profile::SecurityProfiles;
use bartizan_policy::{Kind, Permit, lifecycle};
use bartizan_wire::ResourceName;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{RootOnly, World};

const TARGETS: [&str; 4] = ["all/things", "all/registered-things", "thinggroup/one", "thinggroup/two"];

fn arn(target: &str) -> String {
    format!("arn:aws:iot:us-east-1:123456789012:{target}")
}

fn permit(world: &World, kind: &'static [&'static str]) -> Permit {
    Permit::decide(&RootOnly, &world.cx.principal, "iot:Test", ResourceName::any(), kind).unwrap()
}

/// What is done to attachments.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Attach(usize, usize),
    Detach(usize, usize),
    Recreate(usize),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => (0..7usize, 0..TARGETS.len()).prop_map(|(profile, target)| Deed::Attach(profile, target)),
        2 => (0..7usize, 0..TARGETS.len()).prop_map(|(profile, target)| Deed::Detach(profile, target)),
        1 => (0..7usize).prop_map(Deed::Recreate),
    ];
    proptest::collection::vec(deed, 1..40)
}

async fn both_directions_agree(deeds: Vec<Deed>) {
    let world = World::new();
    let name = |number: usize| format!("P{number}");
    for number in 0..7 {
        world.iot("CreateSecurityProfile", json!({ "securityProfileName": name(number) })).await;
    }
    for group in ["one", "two"] {
        world.iot("CreateThingGroup", json!({ "thingGroupName": group })).await;
    }
    // The oracle: profiles by target.
    let mut wanted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for deed in deeds {
        match deed {
            Deed::Attach(profile, target) => {
                let target = TARGETS[target];
                let input = json!({ "securityProfileName": name(profile), "securityProfileTargetArn": arn(target) });
                let held = wanted.entry(target).or_default();
                if held.contains(&name(profile)) || held.len() < PROFILES_OF_A_TARGET_MAX {
                    world.iot("AttachSecurityProfile", input).await;
                    held.push(name(profile));
                    held.sort();
                    held.dedup();
                } else {
                    assert_eq!(world.iot_code("AttachSecurityProfile", input).await, "LimitExceededException");
                }
            }
            Deed::Detach(profile, target) => {
                let target = TARGETS[target];
                let input = json!({ "securityProfileName": name(profile), "securityProfileTargetArn": arn(target) });
                world.iot("DetachSecurityProfile", input).await;
                wanted.entry(target).or_default().retain(|known| *known != name(profile));
            }
            Deed::Recreate(profile) => {
                let input = json!({ "securityProfileName": name(profile) });
                world.iot("DeleteSecurityProfile", input.clone()).await;
                world.iot("CreateSecurityProfile", input).await;
                for held in wanted.values_mut() {
                    held.retain(|known| *known != name(profile));
                }
            }
        }
        let stored: BTreeMap<String, Vec<String>> = attachment::all(&world.cx)
            .await
            .unwrap()
            .into_iter()
            .map(|(target, profiles)| (target.key(), profiles))
            .collect();
        let expected: BTreeMap<String, Vec<String>> = wanted
            .iter()
            .filter(|(_, held)| !held.is_empty())
            .map(|(target, held)| ((*target).to_owned(), held.clone()))
            .collect();
        assert_eq!(stored, expected, "{deed:?}");
        for number in 0..7 {
            let of: Vec<String> = attachment::of_profile(&world.cx, &name(number))
                .await
                .unwrap()
                .iter()
                .map(|target| target.key())
                .collect();
            let expected: Vec<String> = expected
                .iter()
                .filter(|(_, held)| held.contains(&name(number)))
                .map(|(target, _)| target.clone())
                .collect();
            assert_eq!(of, expected, "{deed:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn both_directions_of_attachments_agree(deeds in deeds()) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(both_directions_agree(deeds));
    }
}

#[tokio::test]
async fn what_is_about_to_go_cannot_be_referred_to_and_goes_the_next_time() {
    let world = World::new();
    let metric = json!({ "metricName": "warmth", "metricType": "number", "clientRequestToken": "t" });
    world.iot("CreateCustomMetric", metric).await;
    world.iot("CreateSecurityProfile", json!({ "securityProfileName": "P" })).await;
    // A deletion that ended half-way, as in a power cut.
    let marked = |metric: &CustomMetric| Ok::<_, DeviceError>(CustomMetric { retiring: true, ..metric.clone() });
    let permit = permit(&world, &[CustomMetrics::NAME]);
    lifecycle::update::<CustomMetrics, DeviceError>(&world.cx, &permit, "warmth", None, marked).await.unwrap();
    let using = json!({ "securityProfileName": "P", "behaviors": [{ "name": "b", "metric": "warmth" }] });
    assert_eq!(world.iot_code("UpdateSecurityProfile", using.clone()).await, "InvalidRequestException");
    world.iot("DeleteCustomMetric", json!({ "metricName": "warmth" })).await;
    let gone = json!({ "metricName": "warmth" });
    assert_eq!(world.iot_code("DescribeCustomMetric", gone).await, "ResourceNotFoundException");
    assert_eq!(world.iot_code("UpdateSecurityProfile", using).await, "InvalidRequestException");
}

#[tokio::test]
async fn a_deletion_that_is_refused_leaves_no_mark() {
    let world = World::new();
    let dimension = json!({ "name": "d", "type": "TOPIC_FILTER", "stringValues": ["a/#"], "clientRequestToken": "t" });
    world.iot("CreateDimension", dimension).await;
    let profile = json!({ "securityProfileName": "P", "behaviors": [behavior_of("d")] });
    world.iot("CreateSecurityProfile", profile).await;
    let (code, message) = world.iot_error("DeleteDimension", json!({ "name": "d" })).await;
    assert_eq!(code, "InvalidRequestException");
    assert!(message.contains("P"), "{message}");
    let another = json!({ "securityProfileName": "Q", "behaviors": [behavior_of("d")] });
    world.iot("CreateSecurityProfile", another).await;
}

fn behavior_of(dimension: &str) -> Value {
    json!({ "name": "b", "metric": "aws:num-messages-sent", "metricDimension": { "dimensionName": dimension } })
}

/// The stored form is read for years: a change of it needs a new format and an upgrade.
#[tokio::test]
async fn the_stored_form_stays() {
    let world = World::new();
    let profile = json!({
        "securityProfileName": "P", "securityProfileDescription": "d",
        "behaviors": [{ "name": "b", "metric": "aws:all-bytes-out" }],
        "alertTargets": { "SNS": {
            "alertTargetArn": "arn:aws:sns:us-east-1:123456789012:t",
            "roleArn": "arn:aws:iam::123456789012:role/r",
        } },
        "additionalMetricsToRetain": ["aws:all-bytes-in"],
        "metricsExportConfig": { "mqttTopic": "x", "roleArn": "arn:aws:iam::123456789012:role/r" },
    });
    world.iot("CreateSecurityProfile", profile.clone()).await;
    let held = lifecycle::find::<SecurityProfiles>(&world.cx, "P").await.unwrap().unwrap();
    let stored: Value = serde_json::from_str(held.entry.body.as_deref().unwrap()).unwrap();
    assert_eq!(
        stored,
        json!({
            "securityProfileDescription": "d",
            "behaviors": profile["behaviors"],
            "alertTargets": profile["alertTargets"],
            "additionalMetricsToRetainV2": [{ "metric": "aws:all-bytes-in" }],
            "metricsExportConfig": profile["metricsExportConfig"],
            "creationDate": 1_795_478_400.0,
            "createdAfter": 0,
        })
    );
    assert_eq!((held.entry.format, held.document.version(&held.entry)), (1, 1));
}
