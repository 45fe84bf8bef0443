//! What subscribers are told of a violation: the vendor's document, as its own lambdas read it [IoT Device Defender
//! workshop; Security Hub integration sample], and a Detection Finding of the Open Cybersecurity Schema Framework 1.3.

use bartizan_policy::alert::Alert;
use bartizan_wire::Realm;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Event, EventKind};
use crate::behavior::{Behavior, MetricValue};

/// The document of the vendor. Its time is in milliseconds, other than in the API.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    violation_event_time: i64,
    thing_name: &'a str,
    behavior: &'a Behavior,
    violation_event_type: EventKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_value: Option<&'a MetricValue>,
    violation_id: &'a str,
    security_profile_name: &'a str,
    verification_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    violation_event_additional_info: Option<Value>,
}

/// The alert of an event for one target.
#[must_use]
pub fn alert(realm: &Realm, event: &Event, target: &str) -> Alert {
    let message = Message {
        violation_event_time: event.at.0,
        thing_name: &event.thing,
        behavior: &event.behavior,
        violation_event_type: event.kind,
        metric_value: event.value.as_ref(),
        violation_id: &event.id,
        security_profile_name: &event.profile,
        verification_state: "UNKNOWN",
        violation_event_additional_info: event.confidence.map(|level| json!({ "confidenceLevel": level })),
    };
    Alert {
        id: format!("{}-{}-{}", event.id, event.kind.as_wire(), event.at.0),
        target: target.to_owned(),
        stream: event.id.clone(),
        at: event.at,
        // A struct of texts and numbers has no way to fail.
        message: serde_json::to_string(&message).unwrap_or_default(),
        finding: finding(realm, event).to_string(),
    }
}

/// Numbers are those of the schema: class 2004 is a Detection Finding, of the category 2.
fn finding(realm: &Realm, event: &Event) -> Value {
    const CLASS: u32 = 2004;
    let (activity, status, severity) = match event.kind {
        EventKind::InAlarm => (1, 1, 3),
        EventKind::AlarmCleared => (3, 4, 1),
        EventKind::AlarmInvalidated => (3, 5, 1),
    };
    let name = &event.behavior.name;
    json!({
        "class_uid": CLASS,
        "category_uid": 2,
        "activity_id": activity,
        "type_uid": CLASS * 100 + activity,
        "time": event.at.0,
        "severity_id": severity,
        "status_id": status,
        "message": format!("{}: {} of {} on {}", event.kind.as_wire(), name, event.profile, event.thing),
        "metadata": {
            "version": "1.3.0",
            "product": { "name": "Bartizan", "vendor_name": "Bartizan", "version": env!("CARGO_PKG_VERSION") },
        },
        "cloud": { "provider": "bartizan", "region": realm.region, "account": { "uid": realm.account } },
        "finding_info": {
            "uid": event.id,
            "title": format!("{name} violated on {}", event.thing),
            "types": ["device-behavior"],
        },
        "resources": [{ "type": "device", "name": event.thing }],
        "unmapped": {
            "security_profile_name": event.profile,
            "behavior": event.behavior,
            "metric_value": event.value,
            "confidence_level": event.confidence,
        },
    })
}
