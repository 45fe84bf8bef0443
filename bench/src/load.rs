//! The load generator: clients on kept-alive connections, each sending its next request when the last is answered. Every
//! request is signed when it is sent.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

use crate::sign::{CONTENT_TYPE, Signer};
use crate::{Failure, clock};

/// What to send, where, and for how long.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    /// `127.0.0.1:8470`.
    address: String,
    region: String,
    service: String,
    access_key: String,
    secret: String,
    /// Connections.
    clients: usize,
    /// Before anything is counted.
    warm_seconds: f64,
    seconds: f64,
    /// Sent one after the other, over and over, by every client.
    steps: Vec<Step>,
}

/// One request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// `X-Amz-Target`.
    target: String,
    /// Clients take them in turn, each starting at another one. [`COUNTER`] in one becomes a number that was not used
    /// before, [`TAKEN`] what the step before took from its answer.
    bodies: Vec<String>,
    /// A member of the answer to keep for the next step.
    #[serde(default)]
    take: Option<String>,
}

const COUNTER: &str = "@@";
const TAKEN: &str = "$$";

/// Why answers are refused: kept short, because one is enough to say what is wrong.
const SAMPLE_BYTES: usize = 300;

/// What one client saw.
#[derive(Debug, Default)]
struct Seen {
    /// Of the counted requests, in microseconds.
    latencies: Vec<u32>,
    refused: u64,
    sample: Option<String>,
}

/// Runs what the file at `path` says and prints requests a second, latencies and refusals.
///
/// # Errors
/// The file is no [`Spec`], or the server cannot be reached.
pub(crate) fn measure(path: &Path) -> Result<serde_json::Value, Failure> {
    let spec: Spec = serde_json::from_slice(&std::fs::read(path)?)?;
    if spec.steps.iter().any(|step| step.bodies.is_empty()) || spec.steps.is_empty() {
        return Err("every step needs a body".into());
    }
    // One thread: the driver gives this program a processor of its own, beside the server's.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(Arc::new(spec)))
}

async fn run(spec: Arc<Spec>) -> Result<serde_json::Value, Failure> {
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let signer = Signer::new(&spec.address, &spec.access_key, &spec.secret, &spec.region, &spec.service, &date);
    // Numbers that no earlier run against the same server has used.
    let counter = Arc::new(AtomicU64::new(u64::try_from(jiff::Timestamp::now().as_microsecond())?));
    let mut connections = Vec::with_capacity(spec.clients);
    for _ in 0..spec.clients {
        connections.push(connect(&spec.address).await?);
    }
    let from = Instant::now() + Duration::from_secs_f64(spec.warm_seconds);
    let until = from + Duration::from_secs_f64(spec.seconds);
    let used_before = clock::process_seconds()?;
    let clients: Vec<_> = connections
        .into_iter()
        .enumerate()
        .map(|(number, connection)| {
            let client = Client { number, connection, signer: signer.clone(), counter: Arc::clone(&counter) };
            tokio::spawn(client.run(Arc::clone(&spec), from, until))
        })
        .collect();
    let mut latencies = Vec::new();
    let (mut refused, mut sample) = (0, None);
    for client in clients {
        let seen = client.await??;
        latencies.extend(seen.latencies);
        refused += seen.refused;
        sample = sample.or(seen.sample);
    }
    let used = clock::process_seconds()? - used_before;
    latencies.sort_unstable();
    let percentile =
        |share: usize| latencies.get((latencies.len() * share / 100).min(latencies.len().saturating_sub(1)));
    #[expect(clippy::cast_precision_loss, reason = "requests of a few seconds")]
    let requests = latencies.len() as f64;
    Ok(serde_json::json!({
        "requests": requests, "per_second": requests / spec.seconds, "p50_us": percentile(50), "p99_us": percentile(99),
        "refused": refused, "sample": sample, "own_cpu_share": used / (spec.warm_seconds + spec.seconds),
    }))
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect(address).await.map_err(|error| format!("cannot reach {address}: {error}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // Ends with the client; what goes wrong on it is seen by whoever sends.
    tokio::spawn(connection);
    Ok(sender)
}

struct Client {
    number: usize,
    connection: SendRequest<Full<Bytes>>,
    signer: Signer,
    counter: Arc<AtomicU64>,
}

impl Client {
    async fn run(mut self, spec: Arc<Spec>, from: Instant, until: Instant) -> Result<Seen, Failure> {
        let mut seen = Seen::default();
        let mut taken = String::new();
        for round in self.number.. {
            for step in &spec.steps {
                let template = step.bodies.get(round % step.bodies.len()).map_or("", String::as_str);
                let body = self.body(template, &taken);
                let sent = Instant::now();
                // A round is finished, so that nothing is left behind on the server.
                if sent >= until && taken.is_empty() {
                    return Ok(seen);
                }
                let (status, answer) = self.send(&spec, &step.target, body).await?;
                let now = Instant::now();
                if !(200..300).contains(&status) {
                    seen.refused += 1;
                    seen.sample.get_or_insert_with(|| excerpt(status, &answer));
                } else if now >= from && now < until {
                    seen.latencies.push(u32::try_from((now - sent).as_micros()).unwrap_or(u32::MAX));
                }
                taken.clear();
                if let Some(member) = &step.take {
                    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
                    taken.push_str(answer.get(member).and_then(serde_json::Value::as_str).unwrap_or_default());
                }
            }
        }
        Ok(seen)
    }

    fn body(&self, template: &str, taken: &str) -> Bytes {
        if template.contains(COUNTER) {
            let number = self.counter.fetch_add(1, Ordering::Relaxed).to_string();
            return template.replace(COUNTER, &number).replace(TAKEN, taken).into();
        }
        template.replace(TAKEN, taken).into()
    }

    async fn send(&mut self, spec: &Spec, target: &str, body: Bytes) -> Result<(u16, Bytes), Failure> {
        let authorization = self.signer.authorization(target, &body);
        let request = Request::post("/")
            .header("host", &spec.address)
            .header("content-type", CONTENT_TYPE)
            .header("x-amz-date", self.signer.date())
            .header("x-amz-target", target)
            .header("authorization", authorization)
            .body(Full::new(body))?;
        if self.connection.is_closed() {
            // Some peers close a connection after a number of requests; that is part of their speed.
            self.connection = connect(&spec.address).await?;
        }
        self.connection.ready().await?;
        let answer = self.connection.send_request(request).await?;
        let status = answer.status().as_u16();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }
}

fn excerpt(status: u16, answer: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(answer).chars().take(SAMPLE_BYTES).collect();
    format!("{status} {text}")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use hyper::body::Incoming;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper::{Response, StatusCode};
    use serde_json::json;
    use tokio::net::TcpListener;

    use super::*;

    /// Makes `pb-<name>` and deletes nothing else than that; every request has to be signed.
    async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let target = request.headers()["x-amz-target"].to_str().unwrap().to_owned();
        let signed = request.headers()["authorization"].to_str().unwrap().starts_with("AWS4-HMAC-SHA256 Credential=A/");
        let body: serde_json::Value =
            serde_json::from_slice(&request.into_body().collect().await.unwrap().to_bytes()).unwrap();
        let (fine, answer) = match target.as_str() {
            "Make" => (body["Name"] != "n@@", json!({ "Id": format!("pb-{}", body["Name"].as_str().unwrap()) })),
            _ => (body["Id"].as_str().is_some_and(|id| id.starts_with("pb-n1")), json!({})),
        };
        let status = if fine && signed { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        Ok(Response::builder().status(status).body(Full::new(answer.to_string().into())).unwrap())
    }

    async fn serve() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
            }
        });
        address
    }

    fn spec(address: &str, delete: &str) -> Arc<Spec> {
        let spec = json!({
            "address": address, "region": "us-east-1", "service": "ssm", "access_key": "A", "secret": "s",
            "clients": 3, "warm_seconds": 0.0, "seconds": 0.2,
            "steps": [
                { "target": "Make", "bodies": [r#"{"Name":"n@@"}"#], "take": "Id" },
                { "target": "Delete", "bodies": [delete] },
            ],
        });
        Arc::new(serde_json::from_value(spec).unwrap())
    }

    #[tokio::test]
    async fn a_step_uses_what_the_one_before_was_answered() {
        let address = serve().await;
        let found = run(spec(&address, r#"{"Id":"$$"}"#)).await.unwrap();
        assert_eq!(found["refused"], 0, "{found}");
        assert!(found["requests"].as_f64().unwrap() > 2.0, "{found}");
    }

    #[tokio::test]
    async fn refusals_are_counted_apart_and_shown() {
        let address = serve().await;
        let found = run(spec(&address, r#"{"Id":"other"}"#)).await.unwrap();
        assert!(found["refused"].as_u64().unwrap() > 0, "{found}");
        assert_eq!(found["sample"], "400 {}");
    }
}
