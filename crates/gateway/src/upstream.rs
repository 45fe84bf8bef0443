//! The application: the places where it answers, and how they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, Uri, request};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use tracing::{debug, info, warn};

use crate::settings::Settings;
use crate::window::{Relayed, Window};

/// Idle connections to a place that are kept.
const IDLE_MAX: usize = 256;
/// How long an idle connection is kept: less than the usual of servers, so that they do not close it under us.
const IDLE: Duration = Duration::from_secs(4);
/// How long a place that could not be connected is left alone, unless there is no other, in milliseconds.
const REST_MS: i64 = 2_000;
/// What is told of one that does not answer in time.
const LATE: &str = "it takes too long";

/// Why the application did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silent {
    /// It cannot be connected: nothing of the request was sent.
    Away,
    /// It broke off.
    Unreachable,
    /// It takes too long.
    Late,
}

/// All places where the application answers. They are asked in turn; those that are not well only if no other is there.
#[derive(Debug)]
pub(crate) struct Upstreams {
    places: Vec<Arc<Upstream>>,
    turn: AtomicUsize,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Upstream {
    client: Client<HttpsConnector<HttpConnector>, Relayed>,
    scheme: Scheme,
    authority: Authority,
    response: Duration,
    /// True as long as it answers.
    well: AtomicBool,
    /// Whether it was well when it was last asked.
    examined: AtomicBool,
    started: Instant,
    /// Until when it is left alone, in milliseconds from the start.
    rests_until: AtomicI64,
}

impl Upstreams {
    /// The text that is no address of an application is the error.
    pub(crate) fn new(settings: &Settings, tls: ClientConfig) -> Result<Self, String> {
        if settings.upstreams.is_empty() {
            return Err(String::new());
        }
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(settings.connect));
        let secure = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let client = Client::builder(TokioExecutor::new())
            .http1_preserve_header_case(true)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(secure.wrap_connector(connector));
        let place = |uri: &Uri| {
            let known = uri.scheme().filter(|scheme| [&Scheme::HTTP, &Scheme::HTTPS].contains(scheme));
            let (scheme, authority) = known.zip(uri.authority()).ok_or_else(|| uri.to_string())?;
            Ok(Arc::new(Upstream {
                client: client.clone(),
                scheme: scheme.clone(),
                authority: authority.clone(),
                response: settings.response,
                well: AtomicBool::new(true),
                examined: AtomicBool::new(true),
                started: Instant::now(),
                rests_until: AtomicI64::new(0),
            }))
        };
        let places = settings.upstreams.iter().map(place).collect::<Result<_, String>>()?;
        Ok(Self { places, turn: AtomicUsize::new(0) })
    }

    pub(crate) fn all(&self) -> &[Arc<Upstream>] {
        &self.places
    }

    /// Asks one. If it cannot be connected and the whole body is at hand, the next is asked.
    pub(crate) async fn ask(&self, parts: request::Parts, window: Window) -> Result<Response<Incoming>, Silent> {
        if let [only] = self.places.as_slice() {
            return only.ask(Request::from_parts(parts, window.into_body())).await;
        }
        let mut order = self.order().into_iter();
        let Some(mut place) = order.next() else { return Err(Silent::Away) };
        if window.rest.is_some() {
            return place.ask(Request::from_parts(parts, window.into_body())).await;
        }
        let body: Bytes = window.read;
        loop {
            // a connection that is taken over belongs to whom answers: parts without it can be asked again
            let again = Request::from_parts(parts.clone(), Relayed::whole(body.clone()));
            match (place.ask(again).await, order.next()) {
                (Err(Silent::Away), Some(next)) => place = next,
                (answered, _) => return answered,
            }
        }
    }

    /// All places: first those that are well, from the next in turn on.
    fn order(&self) -> Vec<&Arc<Upstream>> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.places.len();
        let in_turn = || (0..count).filter_map(|step| self.places.get(first.wrapping_add(step) % count));
        in_turn().filter(|place| place.is_well()).chain(in_turn().filter(|place| !place.is_well())).collect()
    }
}

/// Of an application without TLS no certificate is ever asked.
pub(crate) fn believing_nobody() -> Result<ClientConfig, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// An error with what led to it: the first says no more than that there was none.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.last().map_or_else(|| error.to_string(), ToString::to_string)
}

impl Upstream {
    /// Asks it. The request's URI has a path only.
    async fn ask(&self, mut request: Request<Relayed>) -> Result<Response<Incoming>, Silent> {
        let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        *request.uri_mut() = self.uri(path).ok_or(Silent::Unreachable)?;
        let (silent, why) = match tokio::time::timeout(self.response, self.client.request(request)).await {
            Ok(Ok(response)) => {
                self.note(Ok(()));
                return Ok(response);
            }
            Ok(Err(error)) if error.is_connect() => {
                self.rests_until.store(self.elapsed().saturating_add(REST_MS), Ordering::Relaxed);
                (Silent::Away, told(&error))
            }
            Ok(Err(error)) => (Silent::Unreachable, told(&error)),
            Err(_) => (Silent::Late, LATE.to_owned()),
        };
        debug!(why, upstream = %self.authority, "the application did not answer");
        self.note(Err(why));
        Err(silent)
    }

    /// Where it is.
    pub(crate) fn name(&self) -> &str {
        self.authority.as_str()
    }

    fn uri(&self, path: PathAndQuery) -> Option<Uri> {
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(self.scheme.clone());
        uri.authority = Some(self.authority.clone());
        uri.path_and_query = Some(path);
        Uri::from_parts(uri).ok()
    }

    /// Asks whether it is well: an answer below 400 says so.
    pub(crate) async fn examine(&self, path: PathAndQuery, within: Duration) {
        let Some(uri) = self.uri(path) else { return };
        let Ok(request) = Request::get(uri).body(Relayed::whole(Bytes::new())) else { return };
        let answered = tokio::time::timeout(within, self.client.request(request)).await;
        let well = match answered {
            Ok(Ok(response)) if response.status().as_u16() < 400 => Ok(()),
            Ok(Ok(response)) => Err(response.status().to_string()),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err(LATE.to_owned()),
        };
        self.examined.store(well.is_ok(), Ordering::Relaxed);
        if well.is_ok() {
            self.rests_until.store(0, Ordering::Relaxed);
        }
        self.note(well);
    }

    /// Whether it would be asked now.
    pub(crate) fn is_well(&self) -> bool {
        self.examined.load(Ordering::Relaxed) && self.rests_until.load(Ordering::Relaxed) <= self.elapsed()
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Says once when it stops answering, and once when it answers again.
    fn note(&self, well: Result<(), String>) {
        if self.well.swap(well.is_ok(), Ordering::Relaxed) != well.is_ok() {
            if let Err(why) = well {
                warn!(upstream = %self.authority, why, "the application does not answer: clients get 502 or 504");
            } else {
                info!(upstream = %self.authority, "the application answers again");
            }
        }
    }
}
