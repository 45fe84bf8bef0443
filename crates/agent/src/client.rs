//! Requests to the server: signed, bounded in time, and tried again where that can help.

mod endpoint;
mod pause;
mod signature;

use std::time::Duration;

use bartizan_wire::Timestamp;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use tokio::time::{sleep, timeout};

pub use endpoint::{Endpoint, EndpointError};

use crate::clock;
use crate::credential::Credential;
use pause::Pauses;
pub(crate) use pause::random_share;

/// Bytes of the largest answer that is read: a list of digests.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Characters of a refusal that are shown.
const TEXT_CHARS_MAX: usize = 300;
/// A clock that differs from the server's by more than this makes signatures stale; signing then uses the server's.
const SKEW_MILLISECONDS_MAX: i64 = 60_000;

/// How long to wait, and how often to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until a request is answered in full.
    pub answer: Duration,
    /// Attempts in all.
    pub attempts_max: u32,
    /// Longest pause after the first failure; it doubles with each one.
    pub pause: Duration,
    /// Longest pause of all, one that the server asks for included.
    pub pause_max: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            // An index of 3 MB over a slow line.
            answer: Duration::from_secs(120),
            attempts_max: 5,
            pause: Duration::from_millis(500),
            pause_max: Duration::from_secs(60),
        }
    }
}

/// Why a request did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No answer, or one that says to come back later; the last of several attempts.
    #[error("the server at `{endpoint}` cannot be used now: {reason}; the report is kept and sent later")]
    Unavailable {
        /// The server.
        endpoint: String,
        /// The last attempt's failure.
        reason: String,
    },
    /// The server does not accept the agent's key.
    #[error("the server refuses this agent's key: {0}; check the clock, or register the host again")]
    Denied(String),
    /// The server will not take this request, now or later.
    #[error("the server refused `{path}` with status {status}: {text}")]
    Refused {
        /// Of the request.
        path: &'static str,
        /// Of the answer.
        status: u16,
        /// What it said.
        text: String,
    },
    /// An answer that is not what the request asks for.
    #[error("the answer to `{path}` cannot be read: {reason}; is `{endpoint}` a Bartizan server?")]
    Foreign {
        /// Of the request.
        path: &'static str,
        /// The server.
        endpoint: String,
        /// Why.
        reason: String,
    },
}

/// Sends requests to one server.
#[derive(Debug)]
pub struct Client {
    endpoint: Endpoint,
    patience: Patience,
    http: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
    /// What to add to this machine's clock to get the server's, in milliseconds.
    skew: i64,
}

/// One attempt's end, unless it succeeded.
enum Failure {
    /// Worth another attempt, after the pause that the server asked for.
    Later {
        reason: String,
        after: Option<Duration>,
    },
    /// The signature was not accepted, at this time of the server's.
    Denied {
        text: String,
        server_time: Option<Timestamp>,
    },
    Final(CallError),
}

impl Client {
    /// A client of the server at `endpoint`.
    #[must_use]
    pub fn new(endpoint: Endpoint, patience: Patience) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(patience.connect));
        connector.set_nodelay(true);
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector);
        Self { endpoint, patience, http, skew: 0 }
    }

    /// Sends `body`, which is JSON, and reads the answer; signed if there is a credential.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn post<A: DeserializeOwned>(
        &mut self,
        path: &'static str,
        body: Bytes,
        credential: Option<&Credential>,
    ) -> Result<A, CallError> {
        let mut pauses = Pauses::new(self.patience.pause, self.patience.pause_max);
        let mut adjusted = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let (reason, after) = match self.attempt(path, body.clone(), credential).await {
                Ok(answer) => return self.read(path, &answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Denied { text, server_time }) => match server_time.map(|time| time.0 - clock::now().0) {
                    Some(skew) if !adjusted && (skew - self.skew).abs() > SKEW_MILLISECONDS_MAX => {
                        tracing::warn!(seconds = skew / 1_000, "this machine's clock differs from the server's");
                        (self.skew, adjusted) = (skew, true);
                        continue;
                    }
                    _ => return Err(CallError::Denied(text)),
                },
                Err(Failure::Later { reason, after }) => (reason, after),
            };
            if attempt >= self.patience.attempts_max {
                return Err(CallError::Unavailable { endpoint: self.endpoint.to_string(), reason });
            }
            let pause = pauses.next(after);
            tracing::debug!(path, attempt, %reason, ?pause, "trying again");
            sleep(pause).await;
        }
    }

    async fn attempt(
        &self,
        path: &'static str,
        body: Bytes,
        credential: Option<&Credential>,
    ) -> Result<Bytes, Failure> {
        let request = self.request(path, &body, credential).map_err(Failure::Final)?;
        let later = |reason: String| Failure::Later { reason, after: None };
        let exchange = async {
            let response = self.http.request(request).await.map_err(|error| later(chain(&error)))?;
            let (parts, body): (_, Incoming) = response.into_parts();
            let bytes = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
            let bytes = bytes.map_err(|error| later(chain(error.as_ref())))?.to_bytes();
            Ok::<_, Failure>(Response::from_parts(parts, bytes))
        };
        let answered = timeout(self.patience.answer, exchange).await;
        let response = answered.map_err(|_| later(format!("no answer within {:?}", self.patience.answer)))??;
        let status = response.status();
        if status.is_success() {
            return Ok(response.into_body());
        }
        let text = explanation(response.body());
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let server_time =
                    header(header::DATE).and_then(|date| bartizan_host::deb::release::parse_date(date.as_bytes()));
                Failure::Denied { text, server_time }
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                later_from(status, &text, header(header::RETRY_AFTER))
            }
            status if status.is_server_error() => later_from(status, &text, header(header::RETRY_AFTER)),
            status => Failure::Final(CallError::Refused { path, status: status.as_u16(), text }),
        })
    }

    fn request(
        &self,
        path: &'static str,
        body: &Bytes,
        credential: Option<&Credential>,
    ) -> Result<Request<Full<Bytes>>, CallError> {
        let now = Timestamp(clock::now().0.saturating_add(self.skew));
        let mut request = Request::post(self.endpoint.uri(path))
            .header(header::HOST, self.endpoint.authority())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("bartizan-agent/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(body.clone()))
            .map_err(|error| self.foreign(path, error.to_string()))?;
        if let Some(credential) = credential {
            signature::sign(&mut request, body, credential, now).map_err(|error| self.foreign(path, error))?;
        }
        Ok(request)
    }

    fn read<A: DeserializeOwned>(&self, path: &'static str, answer: &Bytes) -> Result<A, CallError> {
        serde_json::from_slice(answer).map_err(|error| self.foreign(path, error.to_string()))
    }

    fn foreign(&self, path: &'static str, reason: String) -> CallError {
        CallError::Foreign { path, endpoint: self.endpoint.to_string(), reason }
    }
}

fn later_from(status: StatusCode, text: &str, retry_after: Option<&str>) -> Failure {
    let after = retry_after.and_then(|value| {
        value.trim().parse().map(Duration::from_secs).ok().or_else(|| {
            let date = bartizan_host::deb::release::parse_date(value.as_bytes())?;
            Some(Duration::from_millis(u64::try_from(date.0 - clock::now().0).unwrap_or_default()))
        })
    });
    Failure::Later { reason: format!("status {} {text}", status.as_u16()), after }
}

/// An error with its causes: hyper's own sentence says little.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The message of an error answer, or its beginning if it is not one of ours.
fn explanation(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Body {
        #[serde(alias = "Message")]
        message: String,
    }
    let text = match serde_json::from_slice::<Body>(body) {
        Ok(body) => body.message,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    text.chars().take(TEXT_CHARS_MAX).map(|character| if character.is_control() { ' ' } else { character }).collect()
}
