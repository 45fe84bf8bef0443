//! From device to device.

use std::time::Duration;

use bartizan_mqtt::{Limits, Message, Qos};

use crate::client::{Client, packet, text};
use crate::house::Running;

#[tokio::test]
async fn a_message_reaches_who_is_subscribed_and_nobody_else() {
    let running = Running::start().await;
    let mut publisher = Client::v3(running.address, "p").await;
    let mut exact = Client::v3(running.address, "exact").await;
    let mut wild = Client::v5(running.address, "wild").await;
    let mut other = Client::v3(running.address, "other").await;
    assert_eq!(exact.subscribe("a/b", 0).await, 0);
    assert_eq!(wild.subscribe("a/+", 2).await, 1, "QoS 2 is granted as 1");
    assert_eq!(other.subscribe("#", 1).await, 1);
    assert_eq!(other.subscribe("a/c", 1).await, 1);
    publisher.publish("a/b", "x", Some(1)).await;
    assert_eq!(publisher.read().await.0, 0x40);
    assert_eq!(exact.message().await, ("a/b".into(), "x".into(), None));
    let (_, payload, id) = wild.message().await;
    assert!(payload == "x" && id.is_some());
    assert_eq!(other.message().await.1, "x");
    // reserved topics are for the host alone
    publisher.publish("$aws/things/p/x", "x", Some(2)).await;
    assert_eq!(publisher.read().await.0, 0x40);
    other.settle().await;
    assert!(running.house.taken.lock().unwrap().iter().any(|(topic, _)| topic == "$aws/things/p/x"));
    running.stop().await;
}

#[tokio::test]
async fn subscriptions_are_answered_one_by_one() {
    let running = Running::start().await;
    for (version, codes) in [(4, [0x80; 4]), (5, [0x87, 0x8f, 0x9e, 0x8f])] {
        let connect = crate::client::Connect { version, ..crate::client::Connect::v3("a") };
        let (mut client, _) = Client::open(running.address, &connect).await;
        for (filter, code) in ["secret/x", "a/#/b", "$share/g/t", "1/2/3/4/5/6/7/8/9"].into_iter().zip(codes) {
            assert_eq!(client.subscribe(filter, 0).await, code, "{filter}");
        }
    }
    running.house.saw("denied a Subscribe secret/x").await;
    let mut client = Client::v3(running.address, "b").await;
    for number in 0..50 {
        assert_eq!(client.subscribe(&format!("t/{number}"), 0).await, 0);
    }
    assert_eq!(client.subscribe("t/50", 0).await, 0x80);
    assert_eq!(client.subscribe("t/7", 1).await, 1, "again what it has");
    let mut body = vec![0, 3];
    body.extend(text("t/7"));
    client.write(&packet(0xa2, &body)).await;
    assert_eq!(client.read().await, (0xb0, vec![0, 3]));
    assert_eq!(client.subscribe("t/50", 0).await, 0);
    running.endpoint.deliver(&Message::new("t/7", "x", Qos::AtMostOnce));
    client.settle().await;
    running.stop().await;
}

#[tokio::test]
async fn properties_go_along() {
    let running = Running::start().await;
    let mut subscriber = Client::v5(running.address, "s").await;
    subscriber.subscribe("t", 0).await;
    let mut publisher = Client::v5(running.address, "p").await;
    let mut body = text("t");
    // content type, a user property and a topic alias, which is the publisher's own affair
    let mut properties = vec![3];
    properties.extend(text("json"));
    properties.push(38);
    properties.extend(text("k"));
    properties.extend(text("v"));
    let kept = properties.clone();
    properties.extend([35, 0, 1]);
    body.push(u8::try_from(properties.len()).unwrap());
    body.extend(&properties);
    body.extend(b"x");
    publisher.write(&packet(0x30, &body)).await;
    let (_, body) = subscriber.read().await;
    let mut expected = text("t");
    expected.push(u8::try_from(kept.len()).unwrap());
    expected.extend(kept);
    expected.extend(b"x");
    assert_eq!(body, expected);
    running.stop().await;
}

#[tokio::test]
async fn no_more_is_in_flight_than_a_client_takes() {
    let running = Running::start().await;
    let connect = crate::client::Connect { properties: vec![33, 0, 2], ..crate::client::Connect::v5("a") };
    let (mut client, _) = Client::open(running.address, &connect).await;
    client.subscribe("t", 1).await;
    for number in 0..5 {
        running.endpoint.deliver(&Message::new("t", number.to_string().as_str(), Qos::AtLeastOnce));
    }
    let mut ids = Vec::new();
    for number in 0..2 {
        let (_, payload, id) = client.message().await;
        assert_eq!(payload, number.to_string());
        ids.push(id.unwrap().0);
    }
    client.settle().await;
    client.acknowledge(ids[0]).await;
    assert_eq!(client.message().await.1, "2");
    client.settle().await;
    running.stop().await;
}

#[tokio::test]
async fn a_slow_client_loses_qos_0_and_its_connection_with_qos_1() {
    let limits = Limits { waiting_messages: 20, waiting_bytes: 2_000_000, ..Limits::default() };
    let running = Running::with(limits).await;
    let mut slow = Client::v3(running.address, "slow").await;
    slow.subscribe("zero", 0).await;
    slow.subscribe("one", 1).await;
    let payload = "x".repeat(100_000);
    // more than all buffers on the way hold
    for _ in 0..400 {
        running.endpoint.deliver(&Message::new("zero", payload.as_str(), Qos::AtMostOnce));
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!running.house.events.lock().unwrap().iter().any(|event| event.starts_with("disconnected")));
    for _ in 0..400 {
        running.endpoint.deliver(&Message::new("one", payload.as_str(), Qos::AtLeastOnce));
        tokio::task::yield_now().await;
    }
    running.house.saw("disconnected slow TooSlow").await;
    running.stop().await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up() {
    let running = Running::with(Limits { write_stall: Duration::from_millis(300), ..Limits::default() }).await;
    let mut slow = Client::v3(running.address, "slow").await;
    slow.subscribe("zero", 0).await;
    let payload = "x".repeat(100_000);
    for _ in 0..400 {
        running.endpoint.deliver(&Message::new("zero", payload.as_str(), Qos::AtMostOnce));
        tokio::task::yield_now().await;
    }
    running.house.saw("disconnected slow TooSlow").await;
    running.stop().await;
}
