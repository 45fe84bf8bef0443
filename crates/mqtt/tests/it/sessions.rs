//! Sessions: kept, resumed, taken over, given up.

use std::time::Duration;

use bartizan_mqtt::{Limits, Message, Qos};

use crate::client::{Client, Connect};
use crate::house::Running;

fn message(text: &str) -> Message {
    Message::new("t", text, Qos::AtLeastOnce)
}

#[tokio::test]
async fn a_kept_session_waits_for_its_client() {
    let running = Running::start().await;
    for connect in [Connect::v3("old").kept(), Connect::v5("new").kept()] {
        let (mut client, resumed) = Client::open(running.address, &connect).await;
        assert!(!resumed);
        client.subscribe("t", 1).await;
        client.disconnect().await;
        running.house.saw(&format!("disconnected {} Disconnected", connect.id)).await;
        running.endpoint.deliver(&message("kept"));
        running.endpoint.deliver(&Message::new("t", "not kept", Qos::AtMostOnce));
        let (mut client, resumed) = Client::open(running.address, &connect).await;
        assert!(resumed);
        let (_, payload, id) = client.message().await;
        assert_eq!((payload.as_str(), id.is_some()), ("kept", true));
        client.settle().await;
        // a clean start ends it
        let (mut client, resumed) = Client::open(running.address, &Connect { clean: true, ..connect }).await;
        assert!(!resumed);
        running.endpoint.deliver(&message("nobody"));
        client.settle().await;
    }
    running.stop().await;
}

#[tokio::test]
async fn what_was_not_acknowledged_is_sent_again_under_its_id() {
    let running = Running::start().await;
    let connect = Connect::v3("a").kept();
    let (mut client, _) = Client::open(running.address, &connect).await;
    client.subscribe("t", 1).await;
    for text in ["one", "two", "three"] {
        running.endpoint.deliver(&message(text));
    }
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (_, _, id) = client.message().await;
        let (id, again) = id.unwrap();
        assert!(!again);
        ids.push(id);
    }
    client.acknowledge(ids[1]).await;
    client.settle().await;
    drop(client);
    let (mut client, resumed) = Client::open(running.address, &connect).await;
    assert!(resumed);
    for (text, id) in [("one", ids[0]), ("three", ids[2])] {
        let (_, payload, sent) = client.message().await;
        assert_eq!((payload.as_str(), sent), (text, Some((id, true))));
        client.acknowledge(id).await;
    }
    running.endpoint.deliver(&message("four"));
    assert_eq!(client.message().await.1, "four");
    running.stop().await;
}

#[tokio::test]
async fn the_newest_connection_has_the_client_id() {
    let running = Running::start().await;
    let mut old = Client::v5(running.address, "a").await;
    old.subscribe("t", 1).await;
    let mut new = Client::v5(running.address, "a").await;
    assert_eq!(old.closed().await, [0xe0, 1, 0x8e]);
    running.house.saw("disconnected a TakenOver").await;
    running.endpoint.deliver(&message("nobody is subscribed"));
    new.settle().await;
    new.subscribe("t", 1).await;
    running.endpoint.deliver(&message("x"));
    assert_eq!(new.message().await.1, "x");
    assert_eq!((running.endpoint.dismiss("a"), running.endpoint.dismiss("b")), (1, 0));
    assert_eq!(new.closed().await, [0xe0, 1, 0x98]);
    running.stop().await;
}

#[tokio::test]
async fn a_kept_session_survives_a_take_over() {
    let running = Running::start().await;
    let connect = Connect::v3("a").kept();
    let (mut old, _) = Client::open(running.address, &connect).await;
    old.subscribe("t", 1).await;
    let (mut new, resumed) = Client::open(running.address, &connect).await;
    assert!(resumed);
    assert!(old.closed().await.is_empty());
    running.house.saw("disconnected a TakenOver").await;
    running.endpoint.deliver(&message("x"));
    assert_eq!(new.message().await.1, "x");
    running.stop().await;
}

#[tokio::test]
async fn nobody_disturbs_or_resumes_the_session_of_somebody_else() {
    let running = Running::start().await;
    let (mut client, _) = Client::open(running.address, &Connect::v3("a").kept()).await;
    client.subscribe("t", 1).await;
    client.disconnect().await;
    running.house.saw("disconnected a Disconnected").await;
    running.endpoint.deliver(&message("not for others"));
    let other = Connect { user: Some(("user", "right")), ..Connect::v3("a").kept() };
    let (mut client, resumed) = Client::open(running.address, &other).await;
    assert!(!resumed);
    client.settle().await;
    // the one whose it is finds it as it was, and both are connected under one client id
    let (mut first, resumed) = Client::open(running.address, &Connect::v3("a").kept()).await;
    assert!(resumed);
    assert_eq!(first.message().await.1, "not for others");
    client.settle().await;
    running.stop().await;
}

#[tokio::test]
async fn only_so_many_sessions_wait() {
    let running = Running::with(Limits { offline_sessions: 2, ..Limits::default() }).await;
    for id in ["a", "b", "c"] {
        let (client, _) = Client::open(running.address, &Connect::v3(id).kept()).await;
        client.disconnect().await;
        running.house.saw(&format!("disconnected {id} Disconnected")).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for (id, kept) in [("a", false), ("c", true)] {
        assert_eq!(Client::open(running.address, &Connect::v3(id).kept()).await.1, kept, "{id}");
    }
    running.stop().await;
}

#[tokio::test]
async fn only_so_much_waits_for_a_client() {
    let running = Running::with(Limits { waiting_messages: 3, waiting_bytes: 100, ..Limits::default() }).await;
    let connect = Connect::v3("a").kept();
    let (mut client, _) = Client::open(running.address, &connect).await;
    client.subscribe("t", 1).await;
    client.disconnect().await;
    running.house.saw("disconnected a Disconnected").await;
    running.endpoint.deliver(&message(&"x".repeat(101)));
    for text in ["one", "two", "three", "four"] {
        running.endpoint.deliver(&message(text));
    }
    let (mut client, _) = Client::open(running.address, &connect).await;
    for text in ["one", "two", "three"] {
        let (_, payload, id) = client.message().await;
        assert_eq!(payload, text);
        client.acknowledge(id.unwrap().0).await;
    }
    client.settle().await;
    running.stop().await;
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let running = Running::with(Limits { session_time: Duration::from_millis(300), ..Limits::default() }).await;
    let connect = Connect::v3("a").kept();
    for (pause, kept) in [(0, false), (0, true), (400, false)] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let (client, resumed) = Client::open(running.address, &connect).await;
        assert_eq!(resumed, kept);
        client.disconnect().await;
    }
    running.stop().await;
}

#[tokio::test]
async fn a_will_is_published_when_its_client_is_lost_and_not_when_it_leaves() {
    let running = Running::start().await;
    let mut watcher = Client::v3(running.address, "watcher").await;
    watcher.subscribe("wills", 1).await;
    for version in [4, 5] {
        let connect = Connect { version, will: Some(("wills", "lost")), ..Connect::v3("a") };
        Client::open(running.address, &connect).await.0.disconnect().await;
        watcher.settle().await;
        drop(Client::open(running.address, &connect).await);
        let (_, payload, id) = watcher.message().await;
        assert_eq!(payload, "lost");
        watcher.acknowledge(id.unwrap().0).await;
    }
    running.stop().await;
}
