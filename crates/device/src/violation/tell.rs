//! What subscribers are told of a violation: the vendor's document, as its own lambdas read it [IoT Device Defender
//! workshop; Security Hub integration sample], and a Detection Finding of the Open Cybersecurity Schema Framework 1.3.

use bartizan_policy::alert::Alert;
use bartizan_wire::Realm;
use serde::Serialize;
use serde_json::{Value, json};

use super::verification::VerificationState;
use super::{Event, EventKind};
use crate::behavior::{Behavior, BehaviorCriteria, ConfidenceLevel, MetricDimension, MetricValue};

/// The document of the vendor, in its order. Its time is in milliseconds, other than in the API.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    violation_event_time: i64,
    thing_name: &'a str,
    behavior: Told<'a>,
    violation_event_type: EventKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_value: Option<&'a MetricValue>,
    violation_id: &'a str,
    security_profile_name: &'a str,
    verification_state: VerificationState,
    #[serde(skip_serializing_if = "Option::is_none")]
    violation_event_additional_info: Option<AdditionalInfo>,
}

/// A behavior, its criteria first.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    criteria: Option<&'a BehaviorCriteria>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppress_alerts: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_dimension: Option<&'a MetricDimension>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AdditionalInfo {
    confidence_level: ConfidenceLevel,
}

impl<'a> Told<'a> {
    fn of(behavior: &'a Behavior) -> Self {
        Self {
            criteria: behavior.criteria.as_ref(),
            name: &behavior.name,
            metric: behavior.metric.as_deref(),
            suppress_alerts: behavior.suppress_alerts,
            metric_dimension: behavior.metric_dimension.as_ref(),
        }
    }
}

/// The alert of an event for one target. `verified` is what somebody has said of the violation before.
#[must_use]
pub fn alert(realm: &Realm, event: &Event, verified: VerificationState, target: &str) -> Alert {
    let message = Message {
        violation_event_time: event.at.0,
        thing_name: &event.thing,
        behavior: Told::of(&event.behavior),
        violation_event_type: event.kind,
        metric_value: event.value.as_ref(),
        violation_id: &event.id,
        security_profile_name: &event.profile,
        verification_state: verified,
        violation_event_additional_info: event.confidence.map(|confidence_level| AdditionalInfo { confidence_level }),
    };
    Alert {
        id: format!("{}-{}", event.id, event.kind.mark()),
        target: target.to_owned(),
        stream: event.id.clone(),
        at: event.at,
        // A struct of texts and numbers has no way to fail.
        message: serde_json::to_string(&message).unwrap_or_default(),
        finding: finding(realm, event, verified).to_string(),
        heading: None,
    }
}

/// Numbers are those of the schema: class 2004 is a Detection Finding, of the category 2.
fn finding(realm: &Realm, event: &Event, verified: VerificationState) -> Value {
    const CLASS: u32 = 2004;
    let (activity, status, status_text, severity) = match event.kind {
        EventKind::InAlarm => (1, 1, "New", 3),
        EventKind::AlarmCleared => (3, 4, "Resolved", 1),
        EventKind::AlarmInvalidated => (3, 99, "Invalidated", 1),
    };
    let name = &event.behavior.name;
    let mut finding = json!({
        "class_uid": CLASS,
        "category_uid": 2,
        "activity_id": activity,
        "type_uid": CLASS * 100 + activity,
        "time": event.at.0,
        "severity_id": severity,
        "status_id": status,
        "status": status_text,
        "message": format!("{} on {}: behavior {name} of security profile {}", event.kind.as_wire(), event.thing, event.profile),
        "metadata": {
            "version": "1.3.0",
            "product": { "name": "Bartizan", "vendor_name": "Bartizan", "version": env!("CARGO_PKG_VERSION") },
            "profiles": ["cloud"],
        },
        "cloud": { "provider": "bartizan", "region": realm.region, "account": { "uid": realm.account } },
        "finding_info": {
            "uid": event.id,
            "title": format!("{} does not behave as {name} says", event.thing),
            "types": ["device-behavior"],
            "analytic": { "type_id": analytic(&event.behavior), "name": name, "uid": format!("{}/{name}", event.profile) },
        },
        "resources": [{ "uid": event.thing, "name": event.thing, "type": "device" }],
        "evidences": [{ "data": {
            "security_profile_name": event.profile,
            "behavior": event.behavior,
            "metric_value": event.value,
            "verification_state": verified,
        }}],
    });
    if let (Some(level), Some(members)) = (event.confidence, finding.as_object_mut()) {
        let confidence = match level {
            ConfidenceLevel::Low => 1,
            ConfidenceLevel::Medium => 2,
            ConfidenceLevel::High => 3,
        };
        members.insert("confidence_id".to_owned(), confidence.into());
    }
    finding
}

/// How it was found: 4 by learning, 3 by statistics, 1 by a rule.
fn analytic(behavior: &Behavior) -> u32 {
    match &behavior.criteria {
        Some(criteria) if criteria.ml_detection_config.is_some() => 4,
        Some(criteria) if criteria.statistical_threshold.is_some() => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use bartizan_wire::Timestamp;

    use super::*;
    use crate::behavior::{ComparisonOperator, MachineLearningDetectionConfig};

    fn event(kind: EventKind) -> Event {
        let count = |count| Some(MetricValue { count: Some(count), ..MetricValue::default() });
        Event {
            id: "37e18651d207bbc74236c13faf146127".to_owned(),
            thing: "dev-7".to_owned(),
            profile: "P1".to_owned(),
            behavior: Behavior {
                name: "MsgRate".to_owned(),
                metric: Some("aws:num-messages-sent".to_owned()),
                metric_dimension: None,
                criteria: Some(BehaviorCriteria {
                    comparison_operator: Some(ComparisonOperator::LessThan),
                    value: count(10),
                    duration_seconds: Some(300),
                    consecutive_datapoints_to_alarm: Some(1),
                    consecutive_datapoints_to_clear: Some(1),
                    ..BehaviorCriteria::default()
                }),
                suppress_alerts: None,
                export_metric: None,
            },
            value: count(54),
            confidence: None,
            kind,
            at: Timestamp(1_790_000_100_000),
        }
    }

    fn told(event: &Event) -> Alert {
        let realm = Realm::new("123456789012", "us-east-1").unwrap();
        alert(&realm, event, VerificationState::Unknown, "arn:aws:sns:us-east-1:123456789012:t")
    }

    /// The shape that three public receivers read (reference, 6.1), and the state that a fourth does.
    #[test]
    fn the_message_is_the_vendor_s() {
        let told = told(&event(EventKind::InAlarm));
        let expected = concat!(
            r#"{"violationEventTime":1790000100000,"thingName":"dev-7","behavior":{"criteria":{"comparisonOperator":"#,
            r#""less-than","value":{"count":10},"durationSeconds":300,"consecutiveDatapointsToAlarm":1,"#,
            r#""consecutiveDatapointsToClear":1},"name":"MsgRate","metric":"aws:num-messages-sent"},"#,
            r#""violationEventType":"in-alarm","metricValue":{"count":54},"violationId":"#,
            r#""37e18651d207bbc74236c13faf146127","securityProfileName":"P1","verificationState":"UNKNOWN"}"#,
        );
        assert_eq!(told.message, expected);
        assert_eq!((told.stream.as_str(), told.at), ("37e18651d207bbc74236c13faf146127", Timestamp(1_790_000_100_000)));
    }

    #[test]
    fn what_follows_has_an_id_of_its_own_that_sorts_behind() {
        let ids = [EventKind::InAlarm, EventKind::AlarmCleared, EventKind::AlarmInvalidated]
            .map(|kind| told(&event(kind)).id);
        assert!(ids.is_sorted() && ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
    }

    #[test]
    fn the_finding_has_what_the_schema_requires() {
        let mut one = event(EventKind::AlarmInvalidated);
        one.value = None;
        one.confidence = Some(ConfidenceLevel::High);
        one.behavior.criteria = Some(BehaviorCriteria {
            ml_detection_config: Some(MachineLearningDetectionConfig { confidence_level: ConfidenceLevel::High }),
            ..BehaviorCriteria::default()
        });
        for (event, activity, status, analytic) in [(event(EventKind::InAlarm), 1, 1, 1), (one, 3, 99, 4)] {
            let finding: Value = serde_json::from_str(&told(&event).finding).unwrap();
            let required = [
                "activity_id",
                "category_uid",
                "class_uid",
                "finding_info",
                "metadata",
                "severity_id",
                "time",
                "type_uid",
            ];
            for member in required {
                assert!(!finding[member].is_null(), "{member}: {finding}");
            }
            assert_eq!((&finding["activity_id"], &finding["status_id"]), (&json!(activity), &json!(status)));
            assert_eq!(finding["type_uid"], json!(200_400 + activity));
            assert_eq!(finding["finding_info"]["uid"], json!(event.id));
            assert_eq!(finding["finding_info"]["analytic"]["type_id"], json!(analytic));
            assert!(!finding["metadata"]["product"]["vendor_name"].is_null());
        }
    }
}
