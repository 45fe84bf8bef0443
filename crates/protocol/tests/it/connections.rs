//! What clients do to connections: slowness, pipelining, silence; and shutdown.

use std::time::{Duration, Instant};

use bartizan_protocol::Limits;
use tokio::time::sleep;

use crate::client::{Connection, USER, json as aws, once, request};
use crate::world::World;

#[tokio::test]
async fn a_client_that_does_not_finish_its_headers_is_dropped() {
    let world = World::start().await;
    for start in ["", "P", "POST / HTTP/1.1\r\nhost: x\r\n", "POST / HTTP/1.1\r\nhost: x\r\nx-y"] {
        let mut connection = Connection::open(world.address).await;
        connection.send(start).await;
        let began = Instant::now();
        assert!(connection.is_closed().await, "{start}");
        assert!(began.elapsed() < Duration::from_secs(2), "{start}");
    }
    // Nor do drops help.
    let mut connection = Connection::open(world.address).await;
    for letter in "POST / HTTP/1.1\r\nx: yyyyyyyyyyyyyyyyyyyyyyyyyyyyy".chars() {
        connection.send(letter.to_string()).await;
        sleep(Duration::from_millis(20)).await;
    }
    assert!(connection.is_closed().await);
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_body_is_told_and_dropped() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address).await;
    connection.send(aws("Test.Echo", "").replace("content-length: 0", "content-length: 10")).await;
    connection.send("{").await;
    let answer = connection.answer().await.unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (408, "RequestTimeoutException"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(connection.is_closed().await);
    // Drops, each in time, still have to come to an end.
    let mut connection = Connection::open(world.address).await;
    connection.send(aws("Test.Echo", "").replace("content-length: 0", "content-length: 1000")).await;
    for _ in 0..12 {
        connection.send(" ").await;
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(connection.answer().await.unwrap().status, 408);
}

#[tokio::test]
async fn a_client_that_goes_away_in_its_body_harms_nobody() {
    let world = World::start().await;
    for _ in 0..20 {
        let mut connection = Connection::open(world.address).await;
        connection.send(aws("Test.Echo", "").replace("content-length: 0", "content-length: 10")).await;
        drop(connection);
    }
    assert_eq!(once(&world, aws("Test.Echo", r#"{"Text":"x"}"#)).await.status, 200);
    assert_eq!(world.service.stats().panics(), 0);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address).await;
    let requests: String = (0..20).map(|number| aws("Test.Echo", &format!(r#"{{"Text":"{number}"}}"#))).collect();
    connection.send(requests).await;
    for number in 0..20 {
        assert_eq!(connection.answer().await.unwrap().json()["Text"], number.to_string());
    }
}

#[tokio::test]
async fn a_smuggled_request_is_not_seen() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address).await;
    let inner = aws("Test.Keep", r#"{"Text":"x"}"#);
    let both = format!(
        "POST / HTTP/1.1\r\nhost: x\r\n{USER}x-amz-target: Test.Echo\r\ncontent-type: application/x-amz-json-1.1\r\n\
         content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{inner}",
        inner.len() + 5
    );
    connection.send(both).await;
    // Whichever of the two lengths is believed, nothing may follow on this connection.
    if let Some(answer) = connection.answer().await {
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    assert!(connection.is_closed().await);
}

#[tokio::test]
async fn large_bodies_share_their_room() {
    let limits = Limits { body_bytes_in_flight: 200 * 1024, body_idle: Duration::from_secs(5), ..Limits::default() };
    let world = World::with(limits).await;
    let mut slow = Connection::open(world.address).await;
    let head = request("POST /v1/files/x", USER, "").replace("content-length: 0", "content-length: 220000");
    slow.send(head).await;
    slow.send(" ".repeat(219_000)).await;
    sleep(Duration::from_millis(200)).await;
    let large = request("POST /v1/files/x", USER, &format!("{}{{}}", " ".repeat(219_000)));
    let busy = once(&world, &large).await;
    assert_eq!((busy.status, busy.json()["code"].as_str()), (503, Some("ServiceUnavailableException")));
    // Small ones need no room.
    assert_eq!(once(&world, aws("Test.Echo", r#"{"Text":"x"}"#)).await.status, 200);
    // The room is given back.
    slow.send(format!("{}{{}}", " ".repeat(998))).await;
    assert_eq!(slow.answer().await.unwrap().status, 200);
    assert_eq!(once(&world, &large).await.status, 200);
}

#[tokio::test]
async fn beyond_the_limit_connections_wait() {
    let world = World::with(Limits { connections: 2, ..Limits::default() }).await;
    let one = Connection::open(world.address).await;
    let _two = Connection::open(world.address).await;
    let mut three = Connection::open(world.address).await;
    three.send(request("GET /healthz", "", "")).await;
    let waiting = tokio::spawn(async move { three.answer().await });
    sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    drop(one);
    assert_eq!(waiting.await.unwrap().unwrap().status, 200);
}

#[tokio::test]
async fn a_client_that_takes_no_answers_is_dropped() {
    let limits = Limits { connections: 1, write_stall: Duration::from_millis(300), ..Limits::default() };
    let world = World::with(limits).await;
    let mut greedy = Connection::open(world.address).await;
    let many = aws("Test.Echo", &format!(r#"{{"Text":"{}"}}"#, "x".repeat(1990))).repeat(200);
    let sending = tokio::spawn(async move {
        for _ in 0..100 {
            greedy.send(&many).await;
        }
        sleep(Duration::from_secs(60)).await;
    });
    sleep(Duration::from_millis(100)).await;
    // There is room for one connection: it must become free, although its client still holds on to it.
    assert_eq!(once(&world, request("GET /healthz", "", "")).await.status, 200);
    sending.abort();
}

#[tokio::test]
async fn shutdown_lets_running_requests_end_and_closes_the_rest() {
    let mut world = World::start().await;
    let mut idle = Connection::open(world.address).await;
    idle.send(request("GET /healthz", "", "")).await;
    assert_eq!(idle.answer().await.unwrap().status, 200);
    let mut busy = Connection::open(world.address).await;
    busy.send(aws("Test.Echo", r#"{"Text":"slow"}"#)).await;
    sleep(Duration::from_millis(100)).await;
    world.stop();
    assert!(idle.is_closed().await);
    assert_eq!(busy.answer().await.unwrap().json()["Text"], "slow");
    assert!(busy.is_closed().await);
    (&mut world.served).await.unwrap();
    assert!(tokio::net::TcpStream::connect(world.address).await.is_err());
}

#[tokio::test]
async fn shutdown_does_not_wait_for_ever() {
    let limits = Limits { drain: Duration::from_millis(200), body_idle: Duration::from_secs(60), ..Limits::default() };
    let mut world = World::with(limits).await;
    let mut stuck = Connection::open(world.address).await;
    stuck.send(aws("Test.Echo", "").replace("content-length: 0", "content-length: 10")).await;
    sleep(Duration::from_millis(50)).await;
    world.stop();
    let began = Instant::now();
    (&mut world.served).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(stuck.is_closed().await);
}

#[tokio::test]
async fn a_write_goes_on_when_its_client_goes_away() {
    let world = World::start().await;
    let before = world.service.stats().panics();
    let mut connection = Connection::open(world.address).await;
    connection.send(aws("Test.Keep", r#"{"Text":"slow"}"#)).await;
    sleep(Duration::from_millis(50)).await;
    drop(connection);
    sleep(Duration::from_millis(600)).await;
    assert_eq!(world.service.stats().panics(), before);
}
