//! Clients that mean no good, and those that do not know better.

use std::time::Duration;

use bartizan_mqtt::Limits;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::client::{Client, Connect, packet, text};
use crate::house::Running;

/// The endpoint still serves others.
async fn alive(running: &Running) {
    let mut client = Client::v3(running.address, "witness").await;
    client.settle().await;
    client.disconnect().await;
}

#[tokio::test]
async fn what_is_not_a_connect_is_closed() {
    let running = Running::start().await;
    let mut wrong_name = Connect::v3("a").bytes();
    wrong_name[4] = b'X';
    for bytes in [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        vec![0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3],
        vec![0; 64],
        vec![0xff; 64],
        packet(0x30, b"\x00\x01tx"),
        packet(0xc0, b""),
        packet(0x10, b"\x00\x04MQ"),
        wrong_name,
        // MQTT 3.1
        packet(0x10, b"\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01a"),
    ] {
        let mut client = Client::raw(running.address).await;
        client.write(&bytes).await;
        let answer = client.closed().await;
        assert!(answer.is_empty() || answer[0] == 0x20, "{bytes:?} {answer:?}");
    }
    running.house.saw("refused - Malformed").await;
    alive(&running).await;
    running.stop().await;
}

#[tokio::test]
async fn who_never_finishes_connect_is_given_up() {
    let limits = Limits { connect: Duration::from_millis(300), ..Limits::default() };
    let running = Running::with(limits).await;
    let whole = Connect::v3("a").bytes();
    for part in [0, 1, 2, whole.len() - 1] {
        let mut client = Client::raw(running.address).await;
        client.write(&whole[..part]).await;
        assert!(client.closed().await.is_empty());
    }
    running.house.saw("refused - Late").await;
    running.stop().await;
}

#[tokio::test]
async fn a_connect_may_come_byte_by_byte_and_more_may_follow_at_once() {
    let running = Running::start().await;
    let mut client = Client::raw(running.address).await;
    for byte in Connect::v3("a").bytes() {
        client.write(&[byte]).await;
    }
    assert_eq!(client.read().await, (0x20, vec![0, 0]));
    let mut client = Client::raw(running.address).await;
    let mut bytes = Connect::v3("b").bytes();
    bytes.extend(client.publish_bytes("$aws/things/b/x", b"early", Some(1)));
    bytes.extend([0xe0, 0]);
    client.write(&bytes).await;
    assert_eq!(client.closed().await[..4], [0x20, 2, 0, 0]);
    running.house.saw("disconnected b Disconnected").await;
    let house = running.house.clone();
    running.stop().await;
    assert_eq!(house.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn packets_out_of_order_end_the_connection() {
    let running = Running::start().await;
    let connect = Connect::v3("a").bytes();
    let cases: Vec<Vec<u8>> = vec![
        connect.clone(),
        packet(0x20, &[0, 0]),
        packet(0x40, &[0, 9]),
        packet(0x50, &[0, 9]),
        packet(0x62, &[0, 9]),
        packet(0x70, &[0, 9]),
        packet(0x90, &[0, 9, 0]),
        packet(0xd0, b""),
        packet(0xf0, b""),
        packet(0x00, b""),
        // a subscription without filters, with a bad QoS, cut short
        packet(0x82, &[0, 1]),
        packet(0x82, b"\x00\x01\x00\x01t\x03"),
        packet(0x82, b"\x00\x01\x00\x09t"),
        packet(0x36, b"\x00\x01t\x00\x01"),
        // a topic that is not UTF-8
        packet(0x30, b"\x00\x02\xc3\x28x"),
        // a length that never ends
        vec![0x30, 0xff, 0xff, 0xff, 0xff, 0x01],
        // a packet of 256 MB
        vec![0x30, 0xff, 0xff, 0xff, 0x7f],
    ];
    for version in [4, 5] {
        for case in &cases {
            let (mut client, _) = Client::open(running.address, &Connect { version, ..Connect::v3("a") }).await;
            client.write(case).await;
            let answer = client.closed().await;
            assert!(answer.is_empty() || (version == 5 && answer[0] == 0xe0), "{case:?} {answer:?}");
        }
    }
    alive(&running).await;
    running.stop().await;
}

#[tokio::test]
async fn too_many_filters_at_once_end_the_connection() {
    let running = Running::start().await;
    let mut client = Client::v3(running.address, "a").await;
    let mut body = vec![0, 1];
    for number in 0..51 {
        body.extend(text(&format!("t/{number}")));
        body.push(0);
    }
    client.write(&packet(0x82, &body)).await;
    assert!(client.closed().await.is_empty());
    running.stop().await;
}

#[tokio::test]
async fn version_5_clients_that_send_more_than_they_were_allowed_end() {
    let running = Running::start().await;
    running.house.close();
    let mut client = Client::v5(running.address, "a").await;
    let mut bytes = Vec::new();
    for id in 1..=1025 {
        bytes.extend(client.publish_bytes("$aws/things/a/x", b"", Some(id)));
    }
    client.write(&bytes).await;
    running.house.saw("disconnected a Protocol(\"more publishes in flight than it was allowed\")").await;
    running.house.open();
    running.stop().await;
}

#[tokio::test]
async fn more_than_the_server_holds_is_left_in_the_socket() {
    let running = Running::start().await;
    running.house.close();
    let mut client = Client::v3(running.address, "a").await;
    let payload = vec![b'x'; 100_000];
    let report = client.publish_bytes("$aws/things/a/x", &payload, Some(1));
    // far more than the bound and the buffers of both sockets
    let pushing = async {
        for _ in 0..1000 {
            client.write(&report).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(2), pushing).await.is_err(), "everything was read");
    let waiting = running.house.waiting.load(std::sync::atomic::Ordering::SeqCst);
    assert!((10..40).contains(&waiting), "{waiting}");
    running.house.open();
    drop(client);
    running.stop().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let running = Running::with(Limits { connections: 2, ..Limits::default() }).await;
    let first = Client::v3(running.address, "a").await;
    let _second = Client::v3(running.address, "b").await;
    let mut third = Client::raw(running.address).await;
    third.write(&Connect::v3("c").bytes()).await;
    let mut byte = [0];
    let read = tokio::io::AsyncReadExt::read(&mut third.stream, &mut byte);
    assert!(tokio::time::timeout(Duration::from_millis(200), read).await.is_err());
    first.disconnect().await;
    assert_eq!(third.read().await.0, 0x20);
    drop((third, _second));
    running.stop().await;
}

/// Bytes that look like packets often enough to get somewhere.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let any_packet =
        (any::<u8>(), prop::collection::vec(any::<u8>(), 0..60)).prop_map(|(first, body)| packet(first, &body));
    let connect = prop::sample::select(vec![Connect::v3("n").bytes(), Connect::v5("n").bytes()]);
    let publish = prop::collection::vec(any::<u8>(), 0..30).prop_map(|rest| {
        let mut body = text("$aws/things/n/x");
        body.extend(rest);
        packet(0x32, &body)
    });
    let subscribe = prop::collection::vec(any::<u8>(), 0..30).prop_map(|rest| {
        let mut body = vec![0, 1];
        body.extend(rest);
        packet(0x82, &body)
    });
    let piece = prop_oneof![any_packet, connect.clone(), publish, subscribe, prop::collection::vec(any::<u8>(), 0..80)];
    (prop::option::of(connect), prop::collection::vec(piece, 1..6))
        .prop_map(|(connect, pieces)| connect.into_iter().chain(pieces).flatten().collect())
}

#[test]
fn no_bytes_make_it_panic() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let running = runtime.block_on(Running::start());
    TestRunner::new(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })
        .run(&noise(), |bytes| {
            runtime.block_on(async {
                let mut client = Client::raw(running.address).await;
                // it may be closed before everything is written
                let _closed = tokio::io::AsyncWriteExt::write_all(&mut client.stream, &bytes).await;
                let _closed = tokio::io::AsyncWriteExt::shutdown(&mut client.stream).await;
                client.closed().await;
            });
            Ok(())
        })
        .unwrap();
    // a task that panicked would still hold its session as connected, and the endpoint would not come to an end
    let house = running.house.clone();
    runtime.block_on(running.stop());
    let events = house.events.lock().unwrap();
    let count = |word: &str| events.iter().filter(|event| event.starts_with(word)).count();
    assert_eq!(count("connected"), count("disconnected"));
    assert_eq!(count("connected") + count("refused"), 1500);
}
