//! Several places where the application answers, connections that are taken over, and the end of serving.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{World, application};

#[tokio::test]
async fn places_are_asked_in_turn_and_those_that_are_away_are_left_out() {
    let count = Arc::new(AtomicUsize::new(0));
    let second = application(Arc::clone(&count)).await;
    let world = World::with(100, |settings| {
        settings.upstreams.push(second.parse().unwrap());
        // nobody accepts on the discard port of this machine
        settings.upstreams.push("http://127.0.0.1:9".parse().unwrap());
    })
    .await;
    for _ in 0..12 {
        let got = world.get("/", "").await;
        assert!(got.starts_with("HTTP/1.1 200"), "{got}");
    }
    let (first, second) = (world.arrived.load(Ordering::SeqCst), count.load(Ordering::SeqCst));
    assert_eq!(first + second, 12);
    assert!(first >= 4 && second >= 4, "{first} and {second}");
}

#[tokio::test]
async fn a_place_that_says_it_is_not_well_gets_no_requests() {
    let ill = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = ill.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = ill.accept().await {
            let mut buffer = vec![0; 1_000];
            let read = stream.read(&mut buffer).await.unwrap_or(0);
            if !buffer[..read].starts_with(b"GET /health ") {
                seen.fetch_add(1, Ordering::SeqCst);
            }
            let _gone = stream.write_all(b"HTTP/1.1 503 Ill\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
        }
    });
    let world = World::with(100, |settings| {
        settings.upstreams.push(format!("http://{address}").parse().unwrap());
        settings.health = Some("/health".parse().unwrap());
        settings.health_every = Duration::from_millis(50);
    })
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..10 {
        assert!(world.get("/", "").await.starts_with("HTTP/1.1 200"));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_connection_that_is_taken_over_passes_bytes_in_both_directions() {
    let world = World::new(100).await;
    let mut stream = TcpStream::connect(world.gateway.address()).await.unwrap();
    let head = "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut got = vec![0; 1_000];
    let read = stream.read(&mut got).await.unwrap();
    assert!(got[..read].starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&got[..read]));
    for message in [&b"\x81\x02hi"[..], &[7; 70_000]] {
        stream.write_all(message).await.unwrap();
        let mut back = vec![0; message.len()];
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!(back, message);
    }
    // another protocol is not passed on
    let other = world.get("/", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n").await;
    assert!(other.starts_with("HTTP/1.1 200") && !other.to_lowercase().contains("upgrade: h2c"), "{other}");
}

#[tokio::test]
async fn requests_that_run_at_the_end_are_answered() {
    let world = World::new(100).await;
    let address = world.gateway.address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (got, ()) = tokio::join!(
        async {
            let mut got = String::new();
            stream.read_to_string(&mut got).await.unwrap();
            got
        },
        world.gateway.stop()
    );
    assert!(got.starts_with("HTTP/1.1 200") && got.to_lowercase().contains("connection: close"), "{got}");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_application_that_takes_too_long_and_a_client_that_does() {
    let world = World::with(100, |settings| {
        settings.response = Duration::from_millis(100);
        settings.body_read = Duration::from_millis(100);
        settings.header_read = Duration::from_millis(200);
    })
    .await;
    assert!(world.get("/slow", "").await.starts_with("HTTP/1.1 504"));
    let half = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf";
    assert!(world.send(half, b"").await.starts_with("HTTP/1.1 408"));
    let head = world.send("GET / HTTP/1.1\r\nHost: a", b"").await;
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
}
