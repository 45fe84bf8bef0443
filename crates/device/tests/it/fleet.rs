//! Devices over stores in memory: what they report and when, and what is said of them.

use bartizan_device::room::topic::ReportTopic;
use bartizan_device::room::{Answer, DeviceRoom, Received};
use bartizan_policy::Cx;
use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use crate::world::{NOW, World};

/// The ARN of all things.
pub(crate) const ALL_THINGS: &str = "arn:aws:iot:us-east-1:123456789012:all/things";

/// The circumstances so many seconds after the beginning.
pub(crate) fn at(world: &World, seconds: i64) -> Cx {
    Cx { now: Timestamp(NOW + seconds * 1000), ..world.cx.clone() }
}

/// A report of bytes sent and ports listened on.
pub(crate) fn report(thing: &str, id: i64, bytes_out: i64, ports: &[i32]) -> Received {
    let ports: Vec<Value> = ports.iter().map(|port| json!({ "port": port, "interface": "eth0" })).collect();
    let body = json!({
        "header": { "report_id": id, "version": "1.0" },
        "metrics": {
            "network_stats": { "bytes_in": 1, "bytes_out": bytes_out, "packets_in": 1, "packets_out": 1 },
            "listening_tcp_ports": { "total": ports.len(), "ports": ports },
        },
    });
    sent(thing, body.to_string())
}

/// Any text, sent as a report.
pub(crate) fn sent(thing: &str, body: impl Into<Vec<u8>>) -> Received {
    let topic = ReportTopic::parse(&format!("$aws/things/{thing}/defender/metrics/json")).unwrap();
    Received::read(topic, Timestamp(0), &body.into())
}

/// Takes reports in and judges them.
pub(crate) async fn tell(room: &DeviceRoom, cx: &Cx, reports: Vec<Received>) -> Vec<Answer> {
    let reports = reports.into_iter().map(|report| Received { at: cx.now, ..report }).collect();
    let answers = room.take_in(cx, reports).await.unwrap();
    room.settle(cx).await.unwrap();
    answers
}

/// A behavior of bytes sent: normal is less than `limit` within five minutes.
pub(crate) fn quiet(name: &str, limit: i64) -> Value {
    json!({
        "name": name,
        "metric": "aws:all-bytes-out",
        "criteria": { "comparisonOperator": "less-than", "value": { "count": limit }, "durationSeconds": 300 },
    })
}

/// A profile with behaviors, attached to all things.
pub(crate) async fn watched(world: &World, profile: &str, behaviors: Vec<Value>) {
    world.iot("CreateSecurityProfile", json!({ "securityProfileName": profile, "behaviors": behaviors })).await;
    attach(world, profile).await;
}

/// Attaches a profile to all things.
pub(crate) async fn attach(world: &World, profile: &str) {
    let input = json!({ "securityProfileName": profile, "securityProfileTargetArn": ALL_THINGS });
    world.iot("AttachSecurityProfile", input).await;
}

/// Violations that hold, as they are listed.
pub(crate) async fn active(world: &World) -> Vec<Value> {
    let answer = world.iot("ListActiveViolations", json!({ "maxResults": 250 })).await;
    answer["activeViolations"].as_array().unwrap().clone()
}

/// Everything that happened, the newest first.
pub(crate) async fn events(world: &World) -> Vec<Value> {
    let from = Timestamp(NOW).plus_days(-20).to_iso8601();
    let to = Timestamp(NOW).plus_days(20).to_iso8601();
    let mut events = Vec::new();
    let mut token = None;
    loop {
        let mut input = json!({ "startTime": from, "endTime": to, "maxResults": 250 });
        if let Some(token) = token {
            input["nextToken"] = token;
        }
        let answer = world.iot("ListViolationEvents", input).await;
        events.extend(answer["violationEvents"].as_array().unwrap().clone());
        token = answer.get("nextToken").cloned();
        if token.is_none() {
            return events;
        }
    }
}

/// Type, thing and behavior of events, the oldest first.
pub(crate) async fn told(world: &World) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut told: Vec<_> = events(world)
        .await
        .iter()
        .map(|event| (text(&event["violationEventType"]), text(&event["thingName"]), text(&event["behavior"]["name"])))
        .collect();
    told.reverse();
    told
}
