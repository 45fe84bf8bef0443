//! Cloud-side metrics: counted while a window is open, judged when it closes.

use bartizan_device::room::notice::{Noticed, NoticedEvent};
use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use crate::fleet::{active, at, watched};
use crate::world::{NOW, World};

fn notice(world: &World, seconds: i64, thing: &str, event: NoticedEvent) {
    let address = "198.51.100.7".parse().ok();
    let noticed = Noticed { thing: thing.into(), address, event };
    world.room.notice(&world.cx.realm, &noticed, Timestamp(NOW + seconds * 1000));
}

fn sent(topic: &str, bytes: u64) -> NoticedEvent {
    NoticedEvent::Sent { topic: topic.to_owned(), bytes }
}

async fn values(world: &World, thing: &str, metric: &str, dimension: Option<&str>) -> Vec<(f64, Value)> {
    let mut input = json!({ "thingName": thing, "metricName": metric,
                            "startTime": "2026-11-23T23:00:00Z", "endTime": "2026-11-24T03:00:00Z" });
    if let Some(dimension) = dimension {
        input["dimensionName"] = json!(dimension);
    }
    let answer = world.iot("ListMetricValues", input).await;
    let data = answer["metricDatumList"].as_array().unwrap();
    let offset = |datum: &Value| datum["timestamp"].as_f64().unwrap() - (NOW / 1000) as f64;
    data.iter().map(|datum| (offset(datum), datum["value"].clone())).collect()
}

fn numeric(name: &str, metric: &str, limit: i64) -> Value {
    json!({ "name": name, "metric": metric,
            "criteria": { "comparisonOperator": "less-than", "value": { "count": limit }, "durationSeconds": 300 } })
}

#[tokio::test]
async fn windows_end_at_multiples_of_the_period() {
    let world = World::new();
    watched(&world, "P1", vec![numeric("Chatty", "aws:num-messages-sent", 3)]).await;
    world.room.open(&at(&world, 7)).await.unwrap();
    notice(&world, 8, "dev-1", NoticedEvent::Connected);
    for _ in 0..3 {
        notice(&world, 9, "dev-1", sent("data/x", 10));
    }
    assert!(!world.room.tick(&at(&world, 299)).await.unwrap());
    assert!(world.room.tick(&at(&world, 301)).await.unwrap());
    let found = active(&world).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["violationStartTime"].as_f64(), Some((NOW / 1000 + 300) as f64));
    assert_eq!(found[0]["lastViolationValue"], json!({ "count": 3 }));
    // It is connected and says nothing: a zero is a datapoint, and clears.
    assert!(world.room.tick(&at(&world, 600)).await.unwrap());
    assert!(active(&world).await.is_empty());
    let expected = vec![(300.0, json!({ "count": 3 })), (600.0, json!({ "count": 0 }))];
    assert_eq!(values(&world, "dev-1", "aws:num-messages-sent", None).await, expected);
    notice(&world, 601, "dev-1", NoticedEvent::Disconnected);
    world.room.tick(&at(&world, 900)).await.unwrap();
    world.room.tick(&at(&world, 1200)).await.unwrap();
    assert_eq!(values(&world, "dev-1", "aws:num-messages-sent", None).await.len(), 3, "gone: no datapoint");
}

#[tokio::test]
async fn a_dimension_counts_its_topics_alone() {
    let world = World::new();
    let dimension = json!({ "name": "own", "type": "TOPIC_FILTER", "stringValues": ["data/${iot:ClientId}/#"],
                            "clientRequestToken": "token-1" });
    world.iot("CreateDimension", dimension).await;
    let narrowed = |name: &str, operator: &str| {
        let mut behavior = numeric(name, "aws:num-messages-sent", 100);
        behavior["metricDimension"] = json!({ "dimensionName": "own", "operator": operator });
        behavior
    };
    let sizes = json!({ "name": "Small", "metric": "aws:message-byte-size",
                        "criteria": { "comparisonOperator": "less-than", "value": { "count": 100 } } });
    watched(&world, "P1", vec![narrowed("In", "IN"), narrowed("Out", "NOT_IN"), sizes]).await;
    world.room.follow(&at(&world, 1)).await.unwrap();
    notice(&world, 2, "dev-1", sent("data/dev-1/up", 7));
    notice(&world, 3, "dev-1", sent("data/dev-1/down/x", 120));
    notice(&world, 4, "dev-1", sent("data/dev-2/up", 9));
    world.room.tick(&at(&world, 300)).await.unwrap();
    let within = values(&world, "dev-1", "aws:num-messages-sent", Some("own")).await;
    assert_eq!(within, [(300.0, json!({ "count": 2 }))]);
    let found = active(&world).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&found[0]["behavior"]["name"], &found[0]["lastViolationValue"]),
        (&json!("Small"), &json!({ "count": 120 }))
    );
}

#[tokio::test]
async fn a_device_that_stays_away_is_noticed() {
    let world = World::new();
    let away = json!({ "name": "Away", "metric": "aws:disconnect-duration",
                       "criteria": { "comparisonOperator": "less-than", "value": { "count": 8 } } });
    watched(&world, "P1", vec![away]).await;
    world.room.follow(&at(&world, 1)).await.unwrap();
    notice(&world, 2, "dev-1", NoticedEvent::Connected);
    notice(&world, 60, "dev-1", NoticedEvent::Disconnected);
    world.room.tick(&at(&world, 300)).await.unwrap();
    assert!(active(&world).await.is_empty(), "four minutes");
    // The program is started again: it remembers since when the device is gone.
    let world = world.restarted();
    world.room.tick(&at(&world, 600)).await.unwrap();
    world.room.open(&at(&world, 600)).await.unwrap();
    assert!(world.room.tick(&at(&world, 900)).await.unwrap());
    let found = active(&world).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["lastViolationValue"], json!({ "count": 840 }), "in seconds");
}

#[tokio::test]
async fn another_broker_may_tell() {
    let world = World::new();
    watched(&world, "P1", vec![numeric("Denied", "aws:num-authorization-failures", 2)]).await;
    world.room.follow(&at(&world, 1)).await.unwrap();
    let events = json!({ "Events": [
        { "Event": "Connected", "ClientId": "dev-1", "Address": "192.0.2.9" },
        { "Event": "Denied", "ClientId": "dev-1", "Topic": "secret/#" },
        { "Event": "Refused", "ClientId": "dev-1" },
        { "Event": "Published", "ClientId": "dev-1", "Topic": "data/x", "Bytes": 12 },
    ] });
    let answer = world.ask_action(&at(&world, 2), "bartizan:NoticeEvents", &events).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), json!({ "Counted": 4 }));
    world.room.tick(&at(&world, 300)).await.unwrap();
    assert_eq!(active(&world).await[0]["lastViolationValue"], json!({ "count": 2 }));
    let wrong = json!({ "Events": [{ "Event": "Published", "ClientId": "dev-1", "Topic": "data/x" }] });
    assert!(world.ask_action(&at(&world, 301), "bartizan:NoticeEvents", &wrong).await.is_err());
}

/// The program is killed: whoever starts then has forgotten everything.
async fn killed(world: &World, seconds: i64) -> World {
    let next = world.restarted();
    next.room.open(&at(&next, seconds)).await.unwrap();
    next
}

fn counted(count: i64) -> Value {
    json!({ "count": count })
}

#[tokio::test]
async fn what_was_marked_of_an_open_window_survives() {
    let mut world = World::new();
    let dimension = json!({ "name": "alerts", "type": "TOPIC_FILTER", "stringValues": ["alerts/#"],
                            "clientRequestToken": "t" });
    world.iot("CreateDimension", dimension).await;
    let mut narrowed = numeric("Alerts", "aws:num-messages-sent", 100);
    narrowed["metricDimension"] = json!({ "dimensionName": "alerts" });
    let behaviors = vec![
        numeric("Chatty", "aws:num-messages-sent", 100),
        numeric("Denied", "aws:num-authorization-failures", 100),
        numeric("Big", "aws:message-byte-size", 10_000),
        narrowed,
        json!({ "name": "From", "metric": "aws:source-ip-address",
                "criteria": { "comparisonOperator": "in-cidr-set", "value": { "cidrs": ["198.51.100.0/24"] } } }),
    ];
    watched(&world, "P1", behaviors).await;
    world.room.open(&at(&world, 1)).await.unwrap();
    world.room.follow(&at(&world, 1)).await.unwrap();
    notice(&world, 2, "dev-1", NoticedEvent::Connected);
    notice(&world, 3, "dev-1", sent("alerts/fire", 70));
    notice(&world, 4, "dev-2", NoticedEvent::Refused);
    assert!(world.room.mark_if_due(&at(&world, 10)).await.unwrap());
    assert!(!world.room.mark_if_due(&at(&world, 15)).await.unwrap(), "ten seconds have not passed");
    // twice killed, with marks, a seal and what nobody marked in between
    world = killed(&world, 20).await;
    notice(&world, 21, "dev-1", sent("data/x", 5));
    world.room.seal(&at(&world, 30)).await.unwrap();
    notice(&world, 31, "dev-1", sent("data/x", 30));
    assert!(world.room.mark_if_due(&at(&world, 45)).await.unwrap());
    notice(&world, 46, "dev-1", sent("data/x", 999));
    world = killed(&world, 50).await;
    notice(&world, 51, "dev-1", sent("data/x", 40));
    world.room.tick(&at(&world, 301)).await.unwrap();
    let one = |thing: &'static str, metric: &'static str, dimension: Option<&'static str>| {
        let world = &world;
        async move { values(world, thing, metric, dimension).await }
    };
    assert_eq!(one("dev-1", "aws:num-messages-sent", None).await, [(300.0, counted(4))]);
    assert_eq!(one("dev-1", "aws:message-byte-size", None).await, [(300.0, counted(70 + 5 + 30 + 40))]);
    assert_eq!(one("dev-1", "aws:num-messages-sent", Some("alerts")).await, [(300.0, counted(1))]);
    assert_eq!(one("dev-1", "aws:source-ip-address", None).await, [(300.0, json!({ "cidrs": ["198.51.100.7"] }))]);
    assert_eq!(one("dev-2", "aws:num-authorization-failures", None).await, [(300.0, counted(1))]);
    // the next window begins with nothing, and what is judged again was judged once
    world = killed(&world, 310).await;
    notice(&world, 311, "dev-1", sent("data/x", 1));
    world.room.tick(&at(&world, 600)).await.unwrap();
    let all = values(&world, "dev-1", "aws:num-messages-sent", None).await;
    assert_eq!(all, [(300.0, counted(4)), (600.0, counted(1))]);
}

#[tokio::test]
async fn a_window_that_ended_while_nobody_was_there_is_closed_as_of_its_end() {
    let mut world = World::new();
    watched(&world, "P1", vec![numeric("Chatty", "aws:num-messages-sent", 3)]).await;
    world.room.open(&at(&world, 1)).await.unwrap();
    world.room.follow(&at(&world, 1)).await.unwrap();
    for second in 2..8 {
        notice(&world, second, "dev-1", sent("data/x", 10));
    }
    assert!(world.room.mark_if_due(&at(&world, 20)).await.unwrap());
    world = killed(&world, 2000).await;
    world.room.settle(&at(&world, 2000)).await.unwrap();
    assert_eq!(values(&world, "dev-1", "aws:num-messages-sent", None).await, [(300.0, counted(6))]);
    let found = active(&world).await;
    assert_eq!(found[0]["violationStartTime"].as_f64(), Some((NOW / 1000 + 300) as f64));
    // windows go on as if nothing had happened
    notice(&world, 2001, "dev-1", sent("data/x", 10));
    assert!(world.room.tick(&at(&world, 2100)).await.unwrap());
    let all = values(&world, "dev-1", "aws:num-messages-sent", None).await;
    assert_eq!(all, [(300.0, counted(6)), (2100.0, counted(1))]);
    assert!(active(&world).await.is_empty());
    // and it is closed once
    world = killed(&world, 2110).await;
    assert_eq!(values(&world, "dev-1", "aws:num-messages-sent", None).await, all);
}
