//! Log records over HTTP: several in one request, one JSON object a line, signed if there is a secret.

use std::time::Duration;

use bartizan_courier::{Courier, Method, Request};
use bartizan_notify::sink::signature;
use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use crate::clock;

/// Records that wait to be sent; more are dropped and counted.
pub(super) const WAITING_MAX: usize = 10_000;
/// Records, and bytes, of one request.
const TOGETHER: usize = 500;
const TOGETHER_BYTES: usize = 1024 * 1024;
/// How long records wait for others.
const WAIT: Duration = Duration::from_millis(500);
/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of the largest answer that is read: nothing in it matters.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How often a request is tried, and the pause before the second time; each pause is twice the one before.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);
/// How long the last records may take at shutdown.
pub(super) const LAST_SEND: Duration = Duration::from_secs(5);

/// Where log records are sent.
#[derive(Clone)]
pub struct LogWebhook {
    /// An address, `http` or `https`.
    pub url: String,
    /// Of signatures, in the form of Standard Webhooks; without one nothing is signed.
    pub secret: Option<String>,
}

impl std::fmt::Debug for LogWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogWebhook").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Begins to send what comes: the name of a destination, and a record.
pub(super) fn start(webhook: LogWebhook) -> (Sender<(String, String)>, JoinHandle<()>) {
    let (records, waiting) = channel(WAITING_MAX);
    (records, tokio::spawn(send_all(webhook, waiting)))
}

async fn send_all(webhook: LogWebhook, mut waiting: Receiver<(String, String)>) {
    let courier = Courier::default();
    let mut number = 0_u64;
    let mut next = waiting.recv().await;
    while let Some((destination, mut body)) = next.take() {
        body.push('\n');
        let mut count = 1;
        let mut over = Box::pin(tokio::time::sleep(WAIT));
        while count < TOGETHER && body.len() < TOGETHER_BYTES {
            let came = tokio::select! {
                biased;
                came = waiting.recv() => came,
                () = &mut over => break,
            };
            match came {
                Some((same, record)) if same == destination => {
                    body.push_str(&record);
                    body.push('\n');
                    count += 1;
                }
                other => {
                    next = other;
                    break;
                }
            }
        }
        number += 1;
        let id = format!("web-log-{}-{number}", clock::now().0);
        deliver(&courier, &webhook, &id, &destination, body, count).await;
        if next.is_none() {
            next = waiting.recv().await;
        }
    }
}

async fn deliver(courier: &Courier, webhook: &LogWebhook, id: &str, destination: &str, body: String, count: usize) {
    let body = Bytes::from(body);
    let mut pause = PAUSE;
    for attempt in 1..=TRIES {
        let seconds = clock::now().0.div_euclid(1_000);
        let at = seconds.to_string();
        let signed = webhook
            .secret
            .as_ref()
            .map(|secret| signature(secret.as_bytes(), id, seconds, std::str::from_utf8(&body).unwrap_or_default()));
        let mut headers = vec![
            ("content-type", "application/x-ndjson"),
            ("x-bartizan-destination", destination),
            ("webhook-id", id),
            ("webhook-timestamp", at.as_str()),
        ];
        headers.extend(signed.as_ref().map(|signed| ("webhook-signature", signed.as_str())));
        let request = Request {
            method: Method::Post,
            url: &webhook.url,
            headers: &headers,
            body: body.clone(),
            signing: None,
            timeout: TIMEOUT,
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        let why = match courier.send(&request).await {
            Ok(answer) if answer.is_success() => return,
            Ok(answer) => format!("it answers {}", answer.status),
            Err(error) => error.to_string(),
        };
        if attempt == TRIES {
            tracing::error!(url = webhook.url, why, count, "log records of requests were not taken, and are dropped");
            return;
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}
