//! [`Courier`]: carries one request, and hands over whatever is answered.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client as Pool, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

use crate::{Signing, Trust};

/// How long a connection may take to open where nobody says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

type Plain = Pool<HttpConnector, Full<Bytes>>;
type Secure = Pool<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, and everything else.
    Post,
    /// Sets what is there or not.
    Put,
    /// Changes what is there.
    Patch,
    /// Removes.
    Delete,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// The whole address, `http` or `https`, with path and query as they are sent.
    pub url: &'a str,
    /// Beside `Host` and those of the signature.
    pub headers: &'a [(&'a str, &'a str)],
    /// The whole body.
    pub body: Bytes,
    /// How it is signed, if it is.
    pub signing: Option<Signing<'a>>,
    /// How long the exchange may take in all.
    pub timeout: Duration,
    /// Bytes of the largest answer that is read.
    pub answer_bytes_max: usize,
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

impl Answer {
    /// True from 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's first value, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An answer whose body is still on its way.
#[derive(Debug)]
pub struct Opened {
    /// HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    body: Incoming,
}

impl Opened {
    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Unanswered> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|error| Unanswered::Unreachable(root(&error)))?;
            if let Ok(piece) = frame.into_data() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// A header's first value, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The address, a header or the trust cannot be used: another attempt ends alike.
    #[error("the request cannot be made: {0}")]
    Unusable(String),
    /// No connection, or one that broke.
    #[error("{0}")]
    Unreachable(String),
    /// A connection, and no answer in time.
    #[error("no answer within {0:?}")]
    Late(Duration),
}

/// Carries requests. Connections are kept and reused.
#[derive(Debug)]
pub struct Courier {
    trust: Trust,
    connect_timeout: Duration,
    plain: Plain,
    /// Made when it is needed first: reading a host's certificates takes a while.
    secure: OnceLock<Result<Secure, String>>,
}

impl Default for Courier {
    fn default() -> Self {
        Self::new(Trust::Host)
    }
}

fn connector(connect_timeout: Duration) -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(connect_timeout));
    connector.set_nodelay(true);
    connector
}

impl Courier {
    /// One that believes the certificates of `trust`.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        Self::patient(trust, CONNECT_TIMEOUT)
    }

    /// One that waits so long for a connection to open.
    #[must_use]
    pub fn patient(trust: Trust, connect_timeout: Duration) -> Self {
        let plain = Pool::builder(TokioExecutor::new()).build(connector(connect_timeout));
        Self { trust, connect_timeout, plain, secure: OnceLock::new() }
    }

    /// Sends one request, once, and hands over the beginning of the answer: its body is read piece by piece. `timeout` bounds
    /// the time until the answer begins; [`Request::answer_bytes_max`] means nothing here.
    ///
    /// # Errors
    /// See [`Unanswered`]. An answer that refuses is an answer.
    pub async fn open(&self, request: &Request<'_>) -> Result<Opened, Unanswered> {
        let secure = request.url.starts_with("https:");
        let made = make(request)?;
        let exchange = async {
            let response = if secure { self.secure()?.request(made).await } else { self.plain.request(made).await };
            let (parts, body) = response.map_err(|error| Unanswered::Unreachable(root(&error)))?.into_parts();
            Ok(Opened { status: parts.status.as_u16(), headers: parts.headers, body })
        };
        match tokio::time::timeout(request.timeout, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Unanswered::Late(request.timeout)),
        }
    }

    /// Sends one request, once.
    ///
    /// # Errors
    /// See [`Unanswered`]. An answer that refuses is an answer.
    pub async fn send(&self, request: &Request<'_>) -> Result<Answer, Unanswered> {
        let exchange = async {
            let Opened { status, headers, body } = self.open(request).await?;
            let body = Limited::new(body, request.answer_bytes_max).collect().await;
            let body = body.map_err(|error| Unanswered::Unreachable(root(error.as_ref())))?.to_bytes();
            Ok(Answer { status, headers, body })
        };
        match tokio::time::timeout(request.timeout, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Unanswered::Late(request.timeout)),
        }
    }

    fn secure(&self) -> Result<&Secure, Unanswered> {
        let pool = self.secure.get_or_init(|| {
            let mut connector = connector(self.connect_timeout);
            connector.enforce_http(false);
            let tls = HttpsConnectorBuilder::new().with_tls_config(self.trust.config()?);
            let connector = tls.https_only().enable_http1().wrap_connector(connector);
            Ok(Pool::builder(TokioExecutor::new()).build(connector))
        });
        pool.as_ref().map_err(|why| Unanswered::Unusable(why.clone()))
    }
}

fn make(request: &Request<'_>) -> Result<http::Request<Full<Bytes>>, Unanswered> {
    let uri: Uri = request.url.parse().map_err(|error| Unanswered::Unusable(format!("`{}`: {error}", request.url)))?;
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let usual = if uri.scheme_str() == Some("https") { ":443" } else { ":80" };
    // The port that is the scheme's own is not part of what clients sign.
    let host = authority.strip_suffix(usual).unwrap_or(&authority);
    let method = match request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    };
    let mut made = http::Request::builder().method(method).uri(&uri).header(HOST, host);
    for (name, value) in request.headers {
        made = made.header(*name, *value);
    }
    let mut made = made.body(request.body.clone()).map_err(|error| Unanswered::Unusable(error.to_string()))?;
    if let Some(signing) = &request.signing {
        signing.sign(&mut made).map_err(Unanswered::Unusable)?;
    }
    Ok(made.map(Full::new))
}

/// The innermost reason, which is the one that says something.
fn root(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
