//! Connecting, reporting, and what is answered.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bartizan_mqtt::Limits;

use crate::client::{Client, Connect, packet, text};
use crate::house::Running;

const REPORT: &str = "$aws/things/a/defender/metrics/json";

#[tokio::test]
async fn a_report_is_taken_acknowledged_and_answered() {
    let running = Running::start().await;
    for version in [4, 5] {
        let (mut client, resumed) = Client::open(running.address, &Connect { version, ..Connect::v3("a") }).await;
        assert!(!resumed);
        assert_eq!(client.subscribe(&format!("{REPORT}/accepted"), 1).await, 1);
        client.publish(REPORT, "one", Some(7)).await;
        // the reply is routed before the publish is acknowledged, and delivered after
        let acknowledgement = client.read().await;
        assert_eq!((acknowledgement.0, &acknowledgement.1[..2]), (0x40, &[0, 7][..]));
        let (topic, payload, id) = client.message().await;
        assert_eq!((topic.as_str(), payload.as_str()), (&*format!("{REPORT}/accepted"), "one"));
        client.acknowledge(id.unwrap().0).await;
        client.publish(REPORT, "two", None).await;
        assert_eq!(client.message().await.1, "two");
        client.disconnect().await;
    }
    let taken = running.house.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 4);
    running.house.saw("received a $aws/things/a/defender/metrics/json 3").await;
    running.house.saw("sent a $aws/things/a/defender/metrics/json/accepted 3").await;
    running.house.saw("disconnected a Disconnected").await;
    running.stop().await;
}

#[tokio::test]
async fn many_publishes_wait_at_once_and_are_acknowledged_in_order() {
    let running = Running::start().await;
    running.house.close();
    let mut client = Client::v3(running.address, "a").await;
    for id in 1..=300 {
        client.publish(REPORT, "x", Some(id)).await;
    }
    client.settle().await;
    while running.house.waiting.load(Ordering::SeqCst) < 300 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.house.open();
    for id in 1u16..=300 {
        let [high, low] = id.to_be_bytes();
        assert_eq!(client.read().await, (0x40, vec![high, low]));
    }
    running.stop().await;
}

#[tokio::test]
async fn what_was_published_before_the_end_is_kept() {
    let running = Running::start().await;
    running.house.close();
    let mut client = Client::v3(running.address, "a").await;
    client.publish(REPORT, "last words", None).await;
    client.settle().await;
    drop(client);
    running.house.saw("disconnected a Lost").await;
    running.house.open();
    let house = running.house.clone();
    running.stop().await;
    assert_eq!(house.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_acknowledged() {
    let running = Running::start().await;
    running.house.full.store(true, Ordering::SeqCst);
    let mut client = Client::v3(running.address, "a").await;
    client.publish(REPORT, "x", Some(1)).await;
    assert!(client.closed().await.is_empty());
    let mut client = Client::v5(running.address, "a").await;
    client.publish(REPORT, "x", Some(1)).await;
    assert_eq!(client.closed().await, [0xe0, 1, 0x89]);
    running.house.saw("disconnected a Unavailable").await;
    running.stop().await;
}

#[tokio::test]
async fn who_may_not_connect_is_told() {
    let running = Running::start().await;
    let refused = async |connect: Connect| {
        let mut client = Client::raw(running.address).await;
        client.write(&connect.bytes()).await;
        client.closed().await
    };
    assert_eq!(refused(Connect::v3("stranger")).await, [0x20, 2, 0, 5]);
    assert_eq!(refused(Connect::v5("stranger")).await, [0x20, 3, 0, 0x87, 0]);
    let wrong = Connect { user: Some(("user", "wrong")), ..Connect::v3("a") };
    assert_eq!(refused(wrong.clone()).await, [0x20, 2, 0, 4]);
    assert_eq!(refused(Connect { version: 5, ..wrong }).await, [0x20, 3, 0, 0x86, 0]);
    let too_long = "x".repeat(129);
    assert_eq!(refused(Connect::v3(&too_long)).await, [0x20, 2, 0, 2]);
    assert_eq!(refused(Connect::v3("").kept()).await, [0x20, 2, 0, 2]);
    assert_eq!(refused(Connect { version: 3, ..Connect::v3("a") }).await, [0x20, 2, 0, 1]);
    let will = Connect { will: Some(("secret/x", "")), ..Connect::v3("a") };
    assert_eq!(refused(will).await, [0x20, 2, 0, 5]);
    running.house.saw("refused stranger NotAuthorized").await;
    running.house.saw("refused a BadCredentials").await;
    // and with the right password it is in
    Client::open(running.address, &Connect { user: Some(("user", "right")), ..Connect::v3("a") }).await;
    running.stop().await;
}

#[tokio::test]
async fn a_client_without_an_id_is_given_one() {
    let running = Running::start().await;
    Client::v3(running.address, "").await;
    let mut client = Client::raw(running.address).await;
    client.write(&Connect::v5("").bytes()).await;
    let (_, body) = client.read().await;
    let at = body.windows(5).position(|window| window == b"auto-").expect("an assigned id");
    assert_eq!(body[at - 3], 18, "{body:?}");
    running.stop().await;
}

#[tokio::test]
async fn version_5_is_told_the_limits() {
    let running = Running::start().await;
    let mut client = Client::raw(running.address).await;
    client.write(&Connect { keep_alive: 0, ..Connect::v5("a") }.bytes()).await;
    let (_, body) = client.read().await;
    for property in [&[36, 1][..], &[37, 0], &[33, 4, 0], &[39, 0, 2, 32, 0], &[34, 0, 8], &[19, 4, 176]] {
        assert!(body.windows(property.len()).any(|window| window == property), "{property:?} in {body:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_denied_publish_ends_version_3_and_is_answered_in_5() {
    let running = Running::start().await;
    let mut client = Client::v3(running.address, "a").await;
    client.publish("$aws/things/b/defender/metrics/json", "x", Some(1)).await;
    assert!(client.closed().await.is_empty());
    running.house.saw("denied a Publish $aws/things/b/defender/metrics/json").await;
    let mut client = Client::v5(running.address, "a").await;
    client.publish("secret/x", "x", Some(1)).await;
    assert_eq!(client.read().await, (0x40, vec![0, 1, 0x87]));
    client.settle().await;
    client.publish("secret/x", "x", None).await;
    assert_eq!(client.closed().await, [0xe0, 1, 0x87]);
    assert!(running.house.taken.lock().unwrap().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn the_limits_of_publishes_hold() {
    let running = Running::start().await;
    let ends = async |bytes: fn(&Client) -> Vec<u8>| {
        let mut answers = Vec::new();
        for version in [4, 5] {
            let connect = Connect { version, ..Connect::v3("a") };
            let (mut client, _) = Client::open(running.address, &connect).await;
            let bytes = bytes(&client);
            client.write(&bytes).await;
            answers.push(client.closed().await);
        }
        assert!(answers[0].is_empty());
        answers.pop().unwrap()
    };
    assert_eq!(ends(|client| client.publish_bytes("t", &[0; 128 * 1024 + 1], None)).await, [0xe0, 1, 0x95]);
    assert_eq!(ends(|client| client.publish_bytes("t", &[0; 140 * 1024], None)).await, [0xe0, 1, 0x95]);
    assert_eq!(ends(|client| client.publish_bytes("a/+", b"", None)).await, [0xe0, 1, 0x90]);
    assert_eq!(ends(|client| client.publish_bytes("1/2/3/4/5/6/7/8/9", b"", None)).await, [0xe0, 1, 0x90]);
    assert_eq!(ends(|client| client.publish_bytes(&"x".repeat(257), b"", None)).await, [0xe0, 1, 0x90]);
    assert_eq!(ends(|client| client.publish_bytes("t", b"", Some(0))).await, [0xe0, 1, 0x82]);
    let qos2 = |client: &Client| {
        let mut bytes = client.publish_bytes("t", b"", Some(1));
        bytes[0] = 0x34;
        bytes
    };
    assert_eq!(ends(qos2).await, [0xe0, 1, 0x9b]);
    // the largest payload passes
    let mut client = Client::v3(running.address, "a").await;
    let bytes = client.publish_bytes("t", &[0; 128 * 1024], Some(1));
    client.write(&bytes).await;
    assert_eq!(client.read().await.0, 0x40);
    running.stop().await;
}

#[tokio::test]
async fn retained_messages_are_refused_in_5_and_delivered_as_others_in_3() {
    let running = Running::start().await;
    let mut client = Client::v5(running.address, "a").await;
    let mut bytes = client.publish_bytes("t", b"", None);
    bytes[0] |= 1;
    client.write(&bytes).await;
    assert_eq!(client.closed().await, [0xe0, 1, 0x9a]);
    let mut client = Client::v3(running.address, "a").await;
    client.subscribe("t", 0).await;
    let mut bytes = client.publish_bytes("t", b"", None);
    bytes[0] |= 1;
    client.write(&bytes).await;
    assert_eq!(client.read().await.0, 0x30);
    running.stop().await;
}

#[tokio::test]
async fn topic_aliases_are_understood() {
    let running = Running::start().await;
    let mut client = Client::v5(running.address, "a").await;
    let with_alias = |topic: &str, alias: u8| {
        let mut body = text(topic);
        body.extend([3, 35, 0, alias]);
        body.extend(b"x");
        packet(0x30, &body)
    };
    client.write(&with_alias(REPORT, 1)).await;
    client.write(&with_alias("", 1)).await;
    client.settle().await;
    while running.house.taken.lock().unwrap().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(running.house.taken.lock().unwrap().iter().all(|(topic, _)| topic == REPORT));
    client.write(&with_alias(REPORT, 9)).await;
    assert_eq!(client.closed().await, [0xe0, 1, 0x94]);
    running.stop().await;
}

#[tokio::test]
async fn a_silent_client_is_given_up() {
    let running = Running::with(Limits::default()).await;
    let (mut client, _) = Client::open(running.address, &Connect { keep_alive: 1, ..Connect::v5("a") }).await;
    let began = std::time::Instant::now();
    assert_eq!(client.closed().await, [0xe0, 1, 0x8d]);
    let waited = began.elapsed();
    assert!(waited >= Duration::from_millis(1400) && waited < Duration::from_secs(4), "{waited:?}");
    running.house.saw("disconnected a KeepAlive").await;
    running.stop().await;
}

#[tokio::test]
async fn shutdown_answers_what_is_waiting_and_says_why() {
    let running = Running::start().await;
    running.house.close();
    let mut client = Client::v5(running.address, "a").await;
    client.publish(REPORT, "x", Some(1)).await;
    client.settle().await;
    let house = running.house.clone();
    let stopping = tokio::spawn(running.stop());
    house.saw("disconnected a ShuttingDown").await;
    house.open();
    assert_eq!(client.closed().await, [0x40, 2, 0, 1, 0xe0, 1, 0x8b]);
    stopping.await.unwrap();
}
