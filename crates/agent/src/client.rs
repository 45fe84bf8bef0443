//! Requests to the server: signed, bounded in time, and tried again where that can help.

mod endpoint;
mod pause;

use std::time::Duration;

use bartizan_courier::{AccessKey, Answer, Courier, Method, Request, Signing, Trust, Unanswered};
use bartizan_wire::Timestamp;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::time::sleep;

pub use endpoint::{Endpoint, EndpointError};

use crate::clock;
use crate::credential::Credential;
use pause::Pauses;
pub(crate) use pause::random_share;

/// The service in a signature's scope.
const SERVICE: &str = "bartizan";
/// Bytes of the largest answer that is read: a list of digests.
const ANSWER_BYTES_MAX: usize = 1 << 20;
const USER_AGENT: &str = concat!("bartizan-agent/", env!("CARGO_PKG_VERSION"));
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
    courier: Courier,
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
        Self { endpoint, patience, courier: Courier::patient(Trust::Host, patience.connect), skew: 0 }
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
        let key = credential.map(|credential| AccessKey {
            access_key_id: credential.access_key_id.clone(),
            secret_access_key: credential.secret_access_key.clone(),
        });
        let at = Timestamp(clock::now().0.saturating_add(self.skew));
        let signing = credential.zip(key.as_ref()).map(|(credential, key)| Signing {
            key,
            region: &credential.region,
            service: SERVICE,
            at,
        });
        let request = Request {
            method: Method::Post,
            url: &self.endpoint.url(path),
            headers: &[("content-type", "application/json"), ("user-agent", USER_AGENT)],
            body,
            signing,
            timeout: self.patience.answer,
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        let answer = self.courier.send(&request).await.map_err(|error| match error {
            Unanswered::Unusable(reason) => Failure::Final(self.foreign(path, reason)),
            error => Failure::Later { reason: error.to_string(), after: None },
        })?;
        if answer.is_success() {
            return Ok(answer.body);
        }
        let text = explanation(&answer.body);
        Err(match answer.status {
            401 | 403 => {
                let date = answer.header("date");
                let server_time = date.and_then(|date| bartizan_host::deb::release::parse_date(date.as_bytes()));
                Failure::Denied { text, server_time }
            }
            408 | 429 | 500.. => later_from(&answer, &text),
            status => Failure::Final(CallError::Refused { path, status, text }),
        })
    }

    fn read<A: DeserializeOwned>(&self, path: &'static str, answer: &Bytes) -> Result<A, CallError> {
        serde_json::from_slice(answer).map_err(|error| self.foreign(path, error.to_string()))
    }

    fn foreign(&self, path: &'static str, reason: String) -> CallError {
        CallError::Foreign { path, endpoint: self.endpoint.to_string(), reason }
    }
}

fn later_from(answer: &Answer, text: &str) -> Failure {
    let after = answer.header("retry-after").and_then(|value| {
        value.trim().parse().map(Duration::from_secs).ok().or_else(|| {
            let date = bartizan_host::deb::release::parse_date(value.as_bytes())?;
            Some(Duration::from_millis(u64::try_from(date.0 - clock::now().0).unwrap_or_default()))
        })
    });
    Failure::Later { reason: format!("status {} {text}", answer.status), after }
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
