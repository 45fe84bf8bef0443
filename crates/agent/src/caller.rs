//! [`Caller`]: one signed request to any operation of a server, as the commands of the program make them. It tries once
//! and hands over whatever is answered; the agent's own [`Client`](crate::Client) is the patient one.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::{Client as Pool, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

/// Largest answer in bytes that is read: a preview over a large fleet, with room to spare.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
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

/// With which key requests are signed.
#[derive(Clone)]
pub struct AccessKey {
    /// Such as `AKIA...`.
    pub access_key_id: String,
    /// Never logged.
    pub secret_access_key: String,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The SigV4 service name.
    pub service: &'a str,
    /// True for `POST`, false for `GET`.
    pub post: bool,
    /// Raw path and query.
    pub target: &'a str,
    /// Beside those that every request has.
    pub headers: &'a [(&'a str, &'a str)],
    /// The whole body.
    pub body: &'a str,
}

/// Sends requests to one server. Connections are kept and reused.
#[derive(Debug, Clone)]
pub struct Caller {
    endpoint: String,
    region: String,
    key: AccessKey,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

impl Caller {
    /// `endpoint` such as `http://127.0.0.1:8470`.
    #[must_use]
    pub fn new(endpoint: &str, region: &str, key: AccessKey) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            region: region.to_owned(),
            key,
            pool: Pool::builder(TokioExecutor::new()).build(connector),
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
        let refused = |why: String| CallerError::Request(why);
        let uri: Uri =
            format!("{}{}", self.endpoint, call.target).parse().map_err(|error| refused(format!("{error}")))?;
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        let method = if call.post { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(uri).header(http::header::HOST, authority);
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        let body = Bytes::copy_from_slice(call.body.as_bytes());
        let mut request = request.body(body).map_err(|error| refused(error.to_string()))?;
        self.sign(&mut request, call.service)?;
        let unreachable = |why: String| CallerError::Unreachable { endpoint: self.endpoint.clone(), why };
        let exchange = async {
            let response =
                self.pool.request(request.map(Full::new)).await.map_err(|error| unreachable(root(&error)))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
            let body = body.map_err(|error| unreachable(error.to_string()))?.to_bytes();
            Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
        };
        match tokio::time::timeout(REQUEST_TIMEOUT, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(unreachable(format!("no answer within {} seconds", REQUEST_TIMEOUT.as_secs()))),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "R4: a signature carries the time, and the agent may read the clock")]
    fn sign(&self, request: &mut Request<Bytes>, service: &str) -> Result<(), CallerError> {
        let refused = |error: &dyn std::fmt::Display| CallerError::Request(error.to_string());
        let key = &self.key;
        let identity = Credentials::new(&key.access_key_id, &key.secret_access_key, None, None, "bartizan").into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| refused(&error))?;
        let uri = request.uri().to_string();
        let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body());
        let signable =
            SignableRequest::new(request.method().as_str(), uri, headers, body).map_err(|error| refused(&error))?;
        let signed = sign(signable, &parameters.into()).map_err(|error| refused(&error))?;
        signed.into_parts().0.apply_to_request_http1x(request);
        Ok(())
    }
}

/// The innermost reason, which is the one that says something.
fn root(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
