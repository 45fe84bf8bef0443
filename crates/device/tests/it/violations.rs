//! From a report to a violation, and what operations say of it.

use bartizan_device::room::notice::{Noticed, NoticedEvent};
use bartizan_device::room::settings::Settings;
use bartizan_policy::alert::OUTBOX;
use serde_json::{Value, json};

use crate::fleet::{active, at, attach, events, quiet, report, sent, tell, told, watched};
use crate::world::{NOW, World};

#[tokio::test]
async fn an_alarm_begins_is_refreshed_and_is_cleared_under_one_id() {
    let world = World::new();
    watched(&world, "P1", vec![quiet("Talks", 1000)]).await;
    tell(&world.room, &at(&world, 0), vec![report("dev-1", 1, 999, &[])]).await;
    assert!(active(&world).await.is_empty());

    tell(&world.room, &at(&world, 300), vec![report("dev-1", 2, 5000, &[])]).await;
    let first = active(&world).await;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0]["thingName"], "dev-1");
    assert_eq!(first[0]["securityProfileName"], "P1");
    assert_eq!(first[0]["behavior"]["criteria"]["value"]["count"], 1000);
    assert_eq!(first[0]["lastViolationValue"], json!({ "count": 5000 }));
    assert_eq!(first[0]["verificationState"], "UNKNOWN");
    let started = (NOW / 1000 + 300) as f64;
    assert_eq!(first[0]["violationStartTime"].as_f64(), Some(started));

    tell(&world.room, &at(&world, 600), vec![report("dev-1", 3, 7000, &[])]).await;
    let second = active(&world).await;
    assert_eq!(second[0]["violationId"], first[0]["violationId"]);
    assert_eq!(second[0]["lastViolationValue"], json!({ "count": 7000 }));
    assert_eq!(second[0]["lastViolationTime"].as_f64(), Some(started + 300.0));
    assert_eq!(second[0]["violationStartTime"].as_f64(), Some(started));

    tell(&world.room, &at(&world, 900), vec![report("dev-1", 4, 10, &[])]).await;
    assert!(active(&world).await.is_empty());
    let events = events(&world).await;
    let types: Vec<&Value> = events.iter().map(|event| &event["violationEventType"]).collect();
    assert_eq!(types, ["alarm-cleared", "in-alarm"]);
    assert!(events.iter().all(|event| event["violationId"] == first[0]["violationId"]));
    assert_eq!(events[0]["metricValue"], json!({ "count": 10 }));
}

#[tokio::test]
async fn a_deleted_profile_invalidates_and_a_filter_finds() {
    let world = World::new();
    let ports = json!({
        "name": "Ports",
        "metric": "aws:listening-tcp-ports",
        "criteria": { "comparisonOperator": "in-port-set", "value": { "ports": [22, 443] } },
        "suppressAlerts": true,
    });
    watched(&world, "P1", vec![quiet("Talks", 1000), ports]).await;
    watched(&world, "P2", vec![quiet("Whispers", 100)]).await;
    let reports = vec![report("dev-1", 1, 500, &[22, 8080]), report("dev-2", 1, 50, &[22])];
    tell(&world.room, &at(&world, 0), reports).await;
    assert_eq!(active(&world).await.len(), 2);

    let list = |input: Value| {
        let world = &world;
        async move {
            let answer = world.iot("ListActiveViolations", input).await;
            let found = answer["activeViolations"].as_array().unwrap().clone();
            found.iter().map(|one| one["behavior"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(list(json!({ "securityProfileName": "P2" })).await, ["Whispers"]);
    assert_eq!(list(json!({ "thingName": "dev-1", "listSuppressedAlerts": true })).await, ["Ports"]);
    assert_eq!(list(json!({ "listSuppressedAlerts": false })).await, ["Whispers"]);
    assert_eq!(list(json!({ "thingName": "dev-2" })).await, Vec::<String>::new());
    assert_eq!(list(json!({ "behaviorCriteriaType": "MACHINE_LEARNING" })).await, Vec::<String>::new());
    let happened = |suppressed: Option<bool>| {
        let mut input = json!({ "startTime": "2026-11-01T00:00:00Z", "endTime": "2026-12-01T00:00:00Z" });
        if let Some(suppressed) = suppressed {
            input["listSuppressedAlerts"] = json!(suppressed);
        }
        let world = &world;
        async move {
            let answer = world.iot("ListViolationEvents", input).await;
            let found = answer["violationEvents"].as_array().unwrap().clone();
            let mut names: Vec<_> =
                found.iter().map(|one| one["behavior"]["name"].as_str().unwrap().to_owned()).collect();
            names.sort();
            names
        }
    };
    assert_eq!(happened(None).await, ["Ports", "Whispers"], "absent means both (decision 6)");
    assert_eq!(happened(Some(true)).await, ["Ports"]);
    assert_eq!(happened(Some(false)).await, ["Whispers"]);
    let unknown = world.iot_code("ListActiveViolations", json!({ "securityProfileName": "P9" })).await;
    assert_eq!(unknown, "ResourceNotFoundException");

    // Alerts are for the behavior whose alerts are not suppressed, and only where a profile names a target.
    assert!(world.cx.board.list(&world.cx.realm, OUTBOX, None, 10).await.unwrap().is_empty());

    world.iot("DeleteSecurityProfile", json!({ "securityProfileName": "P1" })).await;
    assert!(world.room.follow(&at(&world, 60)).await.unwrap());
    assert_eq!(active(&world).await.len(), 1);
    let last = told(&world).await.pop().unwrap();
    assert_eq!(last, ("alarm-invalidated".to_owned(), "dev-1".to_owned(), "Ports".to_owned()));
}

#[tokio::test]
async fn pages_give_every_violation_once() {
    let world = World::new();
    watched(&world, "P1", vec![quiet("Talks", 10)]).await;
    for minute in 0..3 {
        let reports = (0..10).map(|number| report(&format!("dev-{minute}-{number}"), 1, 99, &[])).collect();
        tell(&world.room, &at(&world, minute * 60), reports).await;
    }
    for operation in ["ListActiveViolations", "ListViolationEvents"] {
        let (mut seen, mut token, mut times) = (Vec::new(), Value::Null, Vec::new());
        loop {
            let mut input = json!({ "maxResults": 7 });
            if operation == "ListViolationEvents" {
                input["startTime"] = json!("2026-11-01T00:00:00Z");
                input["endTime"] = json!("2026-12-01T00:00:00Z");
            }
            if !token.is_null() {
                input["nextToken"] = token;
            }
            let answer = world.iot(operation, input).await;
            let member = if operation == "ListViolationEvents" { "violationEvents" } else { "activeViolations" };
            let time = if operation == "ListViolationEvents" { "violationEventTime" } else { "violationStartTime" };
            for one in answer[member].as_array().unwrap() {
                seen.push(one["thingName"].as_str().unwrap().to_owned());
                times.push(one[time].as_f64().unwrap());
            }
            token = answer["nextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert!(times.is_sorted_by(|earlier, later| earlier >= later), "{operation}: the newest first");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 30, "{operation}");
        assert_eq!(times.len(), 30, "{operation}");
    }
}

#[tokio::test]
async fn a_verdict_is_shown_wherever_the_violation_is() {
    let world = World::new();
    watched(&world, "P1", vec![quiet("Talks", 10)]).await;
    tell(&world.room, &at(&world, 0), vec![report("dev-1", 1, 99, &[])]).await;
    let id = active(&world).await[0]["violationId"].clone();
    let verdict = json!({
        "violationId": id, "verificationState": "BENIGN_POSITIVE", "verificationStateDescription": "an update"
    });
    assert_eq!(world.iot("PutVerificationStateOnViolation", verdict).await, json!({}));
    assert_eq!(active(&world).await[0]["verificationState"], "BENIGN_POSITIVE");
    assert_eq!(events(&world).await[0]["verificationStateDescription"], "an update");
    let of = |state: &str| json!({ "verificationState": state });
    let found = world.iot("ListActiveViolations", of("TRUE_POSITIVE")).await;
    assert_eq!(found["activeViolations"], json!([]));
    let found = world.iot("ListActiveViolations", of("BENIGN_POSITIVE")).await;
    assert_eq!(found["activeViolations"].as_array().unwrap().len(), 1);
    let unknown = json!({ "violationId": "0123", "verificationState": "UNKNOWN" });
    assert_eq!(world.iot_code("PutVerificationStateOnViolation", unknown).await, "InvalidRequestException");
}

#[tokio::test]
async fn values_are_listed_before_and_after_they_are_sealed() {
    let world = World::new();
    watched(&world, "P1", vec![quiet("Talks", 1_000_000)]).await;
    for (number, bytes) in [11, 12, 13].into_iter().enumerate() {
        let number = i64::try_from(number).unwrap();
        tell(&world.room, &at(&world, number * 300), vec![report("dev-1", number, bytes, &[])]).await;
        if number == 1 {
            world.room.seal(&at(&world, 301)).await.unwrap();
        }
    }
    let input = |metric: &str| {
        json!({ "thingName": "dev-1", "metricName": metric,
                "startTime": "2026-11-23T23:59:00Z", "endTime": "2026-11-24T01:00:00Z" })
    };
    let answer = world.iot("ListMetricValues", input("aws:all-bytes-out")).await;
    let data = answer["metricDatumList"].as_array().unwrap().clone();
    let seconds = |offset: i64| ((NOW / 1000) + offset) as f64;
    let expected = [(seconds(0), 11), (seconds(300), 12), (seconds(600), 13)]
        .map(|(time, count)| json!({ "timestamp": time, "value": { "count": count } }));
    assert_eq!(data, expected);
    // nobody asks for these to be kept
    assert_eq!(world.iot("ListMetricValues", input("aws:all-bytes-in")).await["metricDatumList"], json!([]));
    let mut first = input("aws:all-bytes-out");
    first["maxResults"] = json!(2);
    let page = world.iot("ListMetricValues", first.clone()).await;
    assert_eq!(page["metricDatumList"].as_array().unwrap().len(), 2);
    first["nextToken"] = page["nextToken"].clone();
    let page = world.iot("ListMetricValues", first).await;
    assert_eq!(page["metricDatumList"], json!([expected[2]]));
    assert!(page.get("nextToken").is_none());
    let turned = json!({ "thingName": "d", "metricName": "aws:all-bytes-out",
                         "startTime": "2026-11-24T01:00:00Z", "endTime": "2026-11-24T00:00:00Z" });
    assert_eq!(world.iot_code("ListMetricValues", turned).await, "InvalidRequestException");
}

#[tokio::test]
async fn reports_are_answered_and_held_back() {
    let world = World::new();
    let answer = |answers: &[bartizan_device::room::Answer]| {
        let body: Value = serde_json::from_slice(&answers[0].body).unwrap();
        (answers[0].topic.clone(), body)
    };
    let (topic, body) = answer(&tell(&world.room, &at(&world, 0), vec![report("dev-1", 7, 1, &[])]).await);
    assert_eq!(topic, "$aws/things/dev-1/defender/metrics/json/accepted");
    assert_eq!(body, json!({ "thingName": "dev-1", "reportId": 7, "status": "ACCEPTED", "timestamp": NOW }));
    let (_, again) = answer(&tell(&world.room, &at(&world, 5), vec![report("dev-1", 7, 1, &[])]).await);
    assert_eq!(again["status"], "ACCEPTED", "sent twice, as QoS 1 allows");
    let (topic, body) = answer(&tell(&world.room, &at(&world, 289), vec![report("dev-1", 8, 1, &[])]).await);
    assert_eq!(topic, "$aws/things/dev-1/defender/metrics/json/rejected");
    assert_eq!(body["statusDetails"]["ErrorCode"], "Throttled");
    let (_, body) = answer(&tell(&world.room, &at(&world, 290), vec![report("dev-1", 8, 1, &[])]).await);
    assert_eq!(body["status"], "ACCEPTED");
    let (_, body) = answer(&tell(&world.room, &at(&world, 900), vec![sent("dev-1", "{")]).await);
    assert_eq!(body["status"], "REJECTED");
    let statistics = world.room.statistics(&world.cx.realm);
    assert_eq!((statistics.reports, statistics.accepted, statistics.repeated), (5, 2, 1));
    // the end of a window was judged as well
    assert_eq!((statistics.throttled, statistics.malformed, statistics.judged), (1, 1, 3));
}

#[tokio::test]
async fn models_say_how_far_they_are() {
    let world = World::new();
    let learnt = json!({ "name": "m", "metric": "aws:num-disconnects",
                         "criteria": { "mlDetectionConfig": { "confidenceLevel": "HIGH" } } });
    watched(&world, "P1", vec![learnt, quiet("Talks", 10)]).await;
    world.room.follow(&at(&world, 1)).await.unwrap();
    let expected = json!({ "securityProfileName": "P1", "behaviorName": "m", "modelStatus": "PENDING_BUILD",
                           "datapointsCollectionPercentage": 0.0 });
    let summaries = world.iot("GetBehaviorModelTrainingSummaries", json!({})).await;
    assert_eq!(summaries, json!({ "summaries": [expected] }));
    let unknown = json!({ "securityProfileName": "P2" });
    assert_eq!(world.iot_code("GetBehaviorModelTrainingSummaries", unknown).await, "ResourceNotFoundException");
}

/// The messages that wait, in the order of what they tell.
async fn messages(world: &World) -> Vec<Value> {
    let waiting = world.cx.board.list(&world.cx.realm, OUTBOX, None, 100).await.unwrap();
    let message = |body: &[u8]| {
        let alert: Value = serde_json::from_slice(body).unwrap();
        serde_json::from_str(alert["Message"].as_str().unwrap()).unwrap()
    };
    let mut messages: Vec<Value> = waiting.iter().map(|posting| message(&posting.body)).collect();
    messages.sort_by_key(|message: &Value| message["violationEventTime"].as_i64());
    messages
}

/// What somebody said of a violation goes with what is told of it from then on, also after a restart.
#[tokio::test]
async fn alerts_tell_what_was_said_of_a_violation() {
    for restarts in [false, true] {
        let mut world = World::new();
        let targets = json!({ "SNS": { "alertTargetArn": "arn:aws:sns:us-east-1:123456789012:t",
                                       "roleArn": "arn:aws:iam::123456789012:role/r" } });
        let profile =
            json!({ "securityProfileName": "P1", "behaviors": [quiet("Talks", 1000)], "alertTargets": targets });
        world.iot("CreateSecurityProfile", profile).await;
        attach(&world, "P1").await;
        let reports = ["dev-1", "dev-2"].map(|thing| report(thing, 1, 5000, &[]));
        tell(&world.room, &at(&world, 0), reports.to_vec()).await;
        let found = active(&world).await;
        let of = |thing: &str| found.iter().find(|one| one["thingName"] == thing).unwrap()["violationId"].clone();
        let said = json!({ "violationId": of("dev-1"), "verificationState": "FALSE_POSITIVE" });
        world.iot("PutVerificationStateOnViolation", said).await;
        if restarts {
            world.room.seal(&at(&world, 10)).await.unwrap();
            world = world.restarted();
        }
        let reports = ["dev-1", "dev-2"].map(|thing| report(thing, 2, 5, &[]));
        tell(&world.room, &at(&world, 300), reports.to_vec()).await;
        let told = messages(&world).await;
        let told: Vec<[&str; 3]> = told
            .iter()
            .map(|one| ["thingName", "violationEventType", "verificationState"].map(|name| one[name].as_str().unwrap()))
            .collect();
        let state = |thing: &str, kind: &str| told.iter().find(|one| one[0] == thing && one[1] == kind).unwrap()[2];
        assert_eq!(told.len(), 4);
        assert_eq!(state("dev-1", "in-alarm"), "UNKNOWN");
        assert_eq!(state("dev-1", "alarm-cleared"), "FALSE_POSITIVE");
        assert_eq!(state("dev-2", "alarm-cleared"), "UNKNOWN");
    }
}

/// Of the first report after a connection, what it counts since an unknown time is left out, and the rest is judged.
#[tokio::test]
async fn deltas_of_a_first_report_are_left_out() {
    let settings = Settings { skip_first_report: true, ..Settings::default() };
    let world = World::with(settings);
    let ports = json!({
        "name": "Ports",
        "metric": "aws:listening-tcp-ports",
        "criteria": { "comparisonOperator": "in-port-set", "value": { "ports": [22] } },
    });
    watched(&world, "P1", vec![quiet("Talks", 1000), ports]).await;
    let connected = |thing: &str| Noticed { thing: thing.into(), address: None, event: NoticedEvent::Connected };
    world.room.notice(&world.cx.realm, &connected("dev-1"), at(&world, 0).now);
    let alarms = || async {
        let mut names: Vec<String> = active(&world)
            .await
            .iter()
            .map(|one| format!("{} {}", one["thingName"], one["behavior"]["name"]).replace('"', ""))
            .collect();
        names.sort();
        names
    };
    // the other one's broker is another: of its connections nobody knows
    let reports = ["dev-1", "dev-2"].map(|thing| report(thing, 1, 5000, &[23]));
    let answers = tell(&world.room, &at(&world, 1), reports.to_vec()).await;
    assert!(answers.iter().all(|answer| answer.accepted));
    assert_eq!(alarms().await, ["dev-1 Ports", "dev-2 Ports", "dev-2 Talks"]);
    let values = |thing: &str| {
        let input = json!({ "thingName": thing, "metricName": "aws:all-bytes-out",
                            "startTime": "2026-11-23T00:00:00Z", "endTime": "2026-11-26T00:00:00Z" });
        let world = &world;
        async move { world.iot("ListMetricValues", input).await["metricDatumList"].as_array().unwrap().len() }
    };
    assert_eq!((values("dev-1").await, values("dev-2").await), (0, 1));
    // it holds back the next as every report does, which then counts
    let too_soon = tell(&world.room, &at(&world, 100), vec![report("dev-1", 2, 5000, &[23])]).await;
    assert!(!too_soon[0].accepted);
    tell(&world.room, &at(&world, 301), vec![report("dev-1", 3, 5000, &[22])]).await;
    assert_eq!(alarms().await, ["dev-1 Talks", "dev-2 Ports", "dev-2 Talks"]);
    // connected once more, its first report is a first one again
    world.room.notice(&world.cx.realm, &connected("dev-1"), at(&world, 500).now);
    tell(&world.room, &at(&world, 601), vec![report("dev-1", 4, 5, &[22])]).await;
    assert_eq!(alarms().await, ["dev-1 Talks", "dev-2 Ports", "dev-2 Talks"], "nothing was said of bytes");
}

/// Whoever was told that an alarm began is told that it cannot be said any more, also when its profile is deleted.
#[tokio::test]
async fn a_deleted_profile_tells_its_own_subscribers() {
    let world = World::new();
    let targets = json!({ "SNS": { "alertTargetArn": "arn:aws:sns:us-east-1:123456789012:t",
                                   "roleArn": "arn:aws:iam::123456789012:role/r" } });
    for (profile, limit) in [("P1", 1000), ("P2", 2000)] {
        let behaviors = vec![quiet("Talks", limit)];
        let input = json!({ "securityProfileName": profile, "behaviors": behaviors, "alertTargets": targets });
        world.iot("CreateSecurityProfile", input).await;
        attach(&world, profile).await;
    }
    tell(&world.room, &at(&world, 0), vec![report("dev-1", 1, 5000, &[])]).await;
    world.iot("DeleteSecurityProfile", json!({ "securityProfileName": "P1" })).await;
    world.room.follow(&at(&world, 60)).await.unwrap();
    let told = messages(&world).await;
    let last = &told[2];
    assert_eq!(told.len(), 3, "{told:#?}");
    assert_eq!(
        (&last["violationEventType"], &last["securityProfileName"]),
        (&json!("alarm-invalidated"), &json!("P1"))
    );
    // it was for once
    tell(&world.room, &at(&world, 300), vec![report("dev-1", 2, 5, &[])]).await;
    assert_eq!(messages(&world).await.len(), 4);
}
