use std::sync::Arc;

use bartizan_wire::{Checked, Json};
use serde_json::{Value, json};

use super::*;
use crate::observe::Measured;

fn profile(export: bool) -> SecurityProfile {
    let mut document = json!({
        "behaviors": [
            { "name": "a", "metric": "aws:message-byte-size", "exportMetric": true },
            { "name": "b", "metric": "aws:num-messages-sent", "exportMetric": true,
              "metricDimension": { "dimensionName": "alarms", "operator": "NOT_IN" } },
            { "name": "c", "metric": "aws:num-disconnects" },
        ],
        "additionalMetricsToRetainV2": [{ "metric": "battery", "exportMetric": true }, { "metric": "aws:all-bytes-in" }],
        "creationDate": 1_790_000_000,
    });
    if export {
        document["metricsExportConfig"] =
            json!({ "mqttTopic": "$aws/rules/export", "roleArn": "arn:aws:iam::123456789012:role/r" });
    }
    Checked::<SecurityProfile>::decode(&Json::from(&document)).unwrap().into_inner()
}

fn datapoint(metric: &str, dimension: Option<(&str, DimensionValueOperator)>, value: MetricValue) -> Datapoint {
    let dimension = dimension.map(|(name, operator)| (Arc::from(name), operator));
    Datapoint { measured: Measured { metric: metric.into(), dimension }, value }
}

fn count(count: i64) -> MetricValue {
    MetricValue { count: Some(count), ..MetricValue::default() }
}

#[test]
fn what_a_profile_exports_is_published_in_the_vendor_s_form() {
    assert_eq!(Exports::of(&profile(false)), None, "nowhere to");
    let exports = Exports::of(&profile(true)).unwrap();
    assert_eq!(exports.topic, "$aws/rules/export");
    let alarms = |operator| Some(("alarms", operator));
    let datapoints = [
        datapoint("aws:message-byte-size", None, count(900)),
        datapoint("aws:message-byte-size-min", None, count(100)),
        datapoint("aws:message-byte-size-max", None, count(500)),
        datapoint("aws:num-messages-sent", None, count(7)),
        datapoint("aws:num-messages-sent", alarms(DimensionValueOperator::In), count(3)),
        datapoint("aws:num-messages-sent", alarms(DimensionValueOperator::NotIn), count(4)),
        datapoint("aws:num-disconnects", None, count(1)),
        datapoint("aws:all-bytes-in", None, count(1)),
        datapoint("battery", None, MetricValue { number: Some(81.5), ..MetricValue::default() }),
    ];
    let batches =
        batches(exports.entries("dev-7", Timestamp(1_790_000_100_000), &datapoints).map(|entry| entry.text()));
    let entry = |name: &str, value: &str| {
        format!(r#"{{"name":"{name}","thing":"dev-7","value":{value},"version":1,"timestamp":1790000100000"#)
    };
    let expected = format!(
        r#"{{"version":"1.0","metrics":[{}}},{}}},{}}},{},"dimension":{{"name":"alarms","operator":"NOT_IN"}}}},{}}}]}}"#,
        entry("aws:message-byte-size-total", r#"{"count":900}"#),
        entry("aws:message-byte-size-min", r#"{"count":100}"#),
        entry("aws:message-byte-size-max", r#"{"count":500}"#),
        entry("aws:num-messages-sent", r#"{"count":4}"#),
        entry("battery", r#"{"number":81.5}"#),
    );
    assert_eq!(batches, [expected]);
}

#[test]
fn batches_are_whole_and_no_larger_than_the_broker_takes() {
    let exports = Exports::of(&profile(true)).unwrap();
    let datapoints = [datapoint("battery", None, MetricValue { number: Some(1.0), ..MetricValue::default() })];
    let things: Vec<String> = (0..5_000).map(|number| format!("device-{number}")).collect();
    let entries = things.iter().flat_map(|thing| exports.entries(thing, Timestamp(1), &datapoints));
    let batches = batches(entries.map(|entry| entry.text()));
    assert!(batches.len() > 2 && batches.iter().all(|batch| batch.len() <= PAYLOAD_BYTES_MAX), "{}", batches.len());
    let told: Vec<String> = batches
        .iter()
        .flat_map(|batch| {
            let batch: Value = serde_json::from_str(batch).unwrap();
            batch["metrics"].as_array().unwrap().clone()
        })
        .map(|entry| entry["thing"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(told, things);
    assert_eq!(super::batches([]), [""; 0]);
}
