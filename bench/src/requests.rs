//! Plain HTTP requests over kept-alive connections, as a browser's: how many a second, how long each takes, and how they are
//! answered.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

use crate::Failure;

/// What to send, where, and for how long.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    /// `127.0.0.1:8480`.
    address: String,
    /// Connections.
    clients: usize,
    /// Before anything is counted.
    warm_seconds: f64,
    seconds: f64,
    /// Milliseconds between the starts of two requests of one client; without it the next follows the answer.
    #[serde(default)]
    every_ms: Option<f64>,
    /// Sent one after the other, over and over, each client starting at another one.
    requests: Vec<Sent>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
}

/// What one client saw.
#[derive(Debug, Default)]
struct Seen {
    /// In nanoseconds.
    latencies: Vec<u64>,
    statuses: BTreeMap<u16, u64>,
}

/// Runs what the file at `path` says and prints requests a second, latencies, and answers by status.
///
/// # Errors
/// The file is no [`Spec`], or the server cannot be reached or ends a connection.
pub(crate) fn measure(path: &Path) -> Result<serde_json::Value, Failure> {
    let spec: Spec = serde_json::from_slice(&std::fs::read(path)?)?;
    if spec.requests.is_empty() {
        return Err("there is no request to send".into());
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(Arc::new(spec)))
}

async fn run(spec: Arc<Spec>) -> Result<serde_json::Value, Failure> {
    let from = Instant::now() + Duration::from_secs_f64(spec.warm_seconds);
    let until = from + Duration::from_secs_f64(spec.seconds);
    let clients: Vec<_> =
        (0..spec.clients).map(|number| tokio::spawn(client(number, Arc::clone(&spec), from, until))).collect();
    let (mut latencies, mut statuses) = (Vec::new(), BTreeMap::<u16, u64>::new());
    for client in clients {
        let seen = client.await??;
        latencies.extend(seen.latencies);
        for (status, count) in seen.statuses {
            *statuses.entry(status).or_default() += count;
        }
    }
    latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "requests of a few seconds")]
    let percentile = |thousandths: usize| {
        let place = (latencies.len() * thousandths / 1000).min(latencies.len().saturating_sub(1));
        latencies.get(place).map(|nanoseconds| *nanoseconds as f64 / 1e3)
    };
    #[expect(clippy::cast_precision_loss, reason = "requests of a few seconds")]
    let per_second = latencies.len() as f64 / spec.seconds;
    Ok(serde_json::json!({
        "per_second": per_second, "requests": statuses.values().sum::<u64>(), "statuses": statuses,
        "p50_us": percentile(500), "p99_us": percentile(990), "p999_us": percentile(999),
    }))
}

async fn connect(address: &str) -> Result<SendRequest<Full<bytes::Bytes>>, Failure> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn client(number: usize, spec: Arc<Spec>, from: Instant, until: Instant) -> Result<Seen, Failure> {
    let mut sender = connect(&spec.address).await?;
    let mut seen = Seen::default();
    let mut timer = spec.every_ms.map(|every| tokio::time::interval(Duration::from_secs_f64(every / 1e3)));
    for sent in spec.requests.iter().cycle().skip(number % spec.requests.len()) {
        if let Some(timer) = &mut timer {
            timer.tick().await;
        }
        let began = Instant::now();
        if began >= until {
            break;
        }
        let mut request = Request::builder().method(sent.method.as_str()).uri(&sent.uri);
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::from(sent.body.clone()))?;
        sender.ready().await?;
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        let closes = answer.headers().get("connection").is_some_and(|value| value == "close");
        answer.into_body().collect().await?;
        if began >= from {
            seen.latencies.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        *seen.statuses.entry(status).or_default() += 1;
        if closes {
            sender = connect(&spec.address).await?;
        }
    }
    Ok(seen)
}
