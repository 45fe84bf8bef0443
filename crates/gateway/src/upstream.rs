//! The application.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tracing::{info, warn};

use crate::settings::Settings;
use crate::window::Relayed;

/// Idle connections to the application that are kept.
const IDLE_MAX: usize = 256;
/// How long an idle connection is kept: less than the usual of servers, so that they do not close it under us.
const IDLE: Duration = Duration::from_secs(4);

/// Why the application did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silent {
    /// It cannot be reached, or breaks off.
    Unreachable,
    /// It takes too long.
    Late,
}

/// The application.
#[derive(Debug)]
pub(crate) struct Upstream {
    client: Client<HttpConnector, Relayed>,
    authority: Authority,
    response: Duration,
    /// True as long as it answers.
    well: AtomicBool,
}

impl Upstream {
    /// `None` if the address is no `http://host:port`.
    pub(crate) fn new(settings: &Settings) -> Option<Self> {
        if settings.upstream.scheme() != Some(&Scheme::HTTP) {
            return None;
        }
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(settings.connect));
        let client = Client::builder(TokioExecutor::new())
            .http1_preserve_header_case(true)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(connector);
        let authority = settings.upstream.authority()?.clone();
        Some(Self { client, authority, response: settings.response, well: AtomicBool::new(true) })
    }

    /// Asks it. The request's URI has a path only.
    pub(crate) async fn ask(&self, mut request: Request<Relayed>) -> Result<Response<Incoming>, Silent> {
        let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.authority.clone());
        uri.path_and_query = Some(path);
        *request.uri_mut() = Uri::from_parts(uri).map_err(|_| Silent::Unreachable)?;
        let answered = match tokio::time::timeout(self.response, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                tracing::debug!(%error, "the application did not answer");
                Err(Silent::Unreachable)
            }
            Err(_) => Err(Silent::Late),
        };
        self.note(answered.is_ok());
        answered
    }

    /// Says once when it stops answering, and once when it answers again.
    fn note(&self, well: bool) {
        if self.well.swap(well, Ordering::Relaxed) != well {
            if well {
                info!(upstream = %self.authority, "the application answers again");
            } else {
                warn!(upstream = %self.authority, "the application does not answer: clients get 502 or 504");
            }
        }
    }
}
