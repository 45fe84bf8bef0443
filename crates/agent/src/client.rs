//! [`Client`]: signed requests to a Bartizan server. Used by the agent and by the commands of the program.

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
pub enum ClientError {
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
pub struct Credential {
    /// Such as `AKIA...`.
    pub access_key_id: String,
    /// Never logged.
    pub secret_access_key: String,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
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

/// Sends requests to one server. Connections are kept and reused.
#[derive(Debug, Clone)]
pub struct Client {
    endpoint: String,
    region: String,
    credential: Option<Credential>,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

impl Client {
    /// `endpoint` such as `http://127.0.0.1:8470`. Without a credential requests are not signed.
    #[must_use]
    pub fn new(endpoint: &str, region: &str, credential: Option<Credential>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            region: region.to_owned(),
            credential,
            pool: Pool::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Sends one request, signed for `service`. `target` is the raw path and query.
    pub async fn send(
        &self,
        service: &str,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Answer, ClientError> {
        let refused = |why: String| ClientError::Request(why);
        let uri: Uri = format!("{}{target}", self.endpoint).parse().map_err(|error| refused(format!("{error}")))?;
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        let mut request = Request::builder().method(method).uri(uri).header(http::header::HOST, authority);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body).map_err(|error| refused(error.to_string()))?;
        if let Some(credential) = &self.credential {
            sign_request(&mut request, credential, &self.region, service)?;
        }
        let unreachable = |why: String| ClientError::Unreachable { endpoint: self.endpoint.clone(), why };
        let exchange = async {
            let response = self.pool.request(request.map(Full::new)).await.map_err(|error| unreachable(root(&error)))?;
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
}

/// The innermost reason, which is the one that says something.
fn root(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[expect(clippy::disallowed_methods, reason = "R4: the agent may read the wall clock; a signature carries the time")]
fn sign_request(
    request: &mut Request<Bytes>,
    credential: &Credential,
    region: &str,
    service: &str,
) -> Result<(), ClientError> {
    let refused = |error: &dyn std::fmt::Display| ClientError::Request(error.to_string());
    let identity = Credentials::new(&credential.access_key_id, &credential.secret_access_key, None, None, "bartizan");
    let identity = identity.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
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
    let (instructions, _signature) = sign(signable, &parameters.into()).map_err(|error| refused(&error))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}
