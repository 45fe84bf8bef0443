//! [`Caller`]: one signed request to any operation of a server, as the commands of the program make them. It tries once
//! and hands over whatever is answered; the agent's own [`Client`](crate::Client) is the patient one.

use std::sync::Arc;
use std::time::Duration;

pub use bartizan_courier::{AccessKey, Answer, Method};
use bartizan_courier::{Courier, Request, Signing, Unanswered};
use bytes::Bytes;

use crate::clock;

/// Largest answer in bytes that is read: a preview over a large fleet, with room to spare.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long a request may take in all: the server may have to judge a whole fleet.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// Nobody answers at the address.
    #[error("nobody answers at {endpoint}: {why}")]
    Unreachable {
        /// The address.
        endpoint: String,
        /// What the network said.
        why: String,
    },
    /// The address or a header cannot be used.
    #[error("the request cannot be made: {0}")]
    Request(String),
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The SigV4 service name.
    pub service: &'a str,
    /// The method.
    pub method: Method,
    /// Raw path and query.
    pub target: &'a str,
    /// Beside those that every request has.
    pub headers: &'a [(&'a str, &'a str)],
    /// The whole body.
    pub body: &'a [u8],
}

/// Sends requests to one server. Connections are kept and reused.
#[derive(Debug, Clone)]
pub struct Caller {
    endpoint: String,
    region: String,
    key: AccessKey,
    courier: Arc<Courier>,
}

impl Caller {
    /// `endpoint` such as `http://127.0.0.1:8470`.
    #[must_use]
    pub fn new(endpoint: &str, region: &str, key: AccessKey) -> Self {
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            region: region.to_owned(),
            key,
            courier: Arc::default(),
        }
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Sends one request.
    ///
    /// # Errors
    /// See [`CallerError`]. An answer that refuses is an answer.
    pub async fn send(&self, call: Call<'_>) -> Result<Answer, CallerError> {
        let request = Request {
            method: call.method,
            url: &format!("{}{}", self.endpoint, call.target),
            headers: call.headers,
            body: Bytes::copy_from_slice(call.body),
            signing: Some(Signing { key: &self.key, region: &self.region, service: call.service, at: clock::now() }),
            timeout: REQUEST_TIMEOUT,
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        self.courier.send(&request).await.map_err(|error| match error {
            Unanswered::Unusable(why) => CallerError::Request(why),
            error => CallerError::Unreachable { endpoint: self.endpoint.clone(), why: error.to_string() },
        })
    }
}
