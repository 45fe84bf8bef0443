//! [`Gateway`]: a listener before an application.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bartizan_web::engine::Atlas;
use bartizan_wire::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::atlas::AtlasError;
use crate::guard::Guard;
use crate::settings::Settings;
use crate::tls::{Tls, TlsError};
use crate::token::{Spent, TokenKey};
use crate::upstream::{self, Upstreams};
use crate::watcher::{Clock, Watcher};
use crate::{health, listen, metrics};

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address} for the application: {source}; choose another address, or port 0 for a free one"
    )]
    Listen {
        /// As configured.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The address for what is measured cannot be listened on.
    #[error(
        "cannot listen on {address} for readers of metrics: {source}; choose another address, or port 0 for a free one"
    )]
    Metrics {
        /// As configured.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A database of places cannot be used.
    #[error(transparent)]
    Atlas(#[from] AtlasError),
    /// The key of tokens cannot be used.
    #[error("the key of tokens in the data folder cannot be read, made or used: restore `web-token.key`, or remove it")]
    Key,
    /// A certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Certificates and keys do not go together.
    #[error("as many keys as certificates are needed, in the same order")]
    Keys,
    /// The path by which the application is asked whether it is well is none.
    #[error("`{0}` is no path: write /health, or whatever the application answers when it is well")]
    Health(String),
    /// The application's address is none.
    #[error("`{0}` is no address of an application: write http://host:port or https://host:port")]
    Upstream(String),
    /// Nobody's certificate would be believed of an application with TLS.
    #[error("the certificates of the application cannot be told from others: {0}")]
    Trust(String),
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Inner {
    settings: Settings,
    upstreams: Arc<Upstreams>,
    tls: Option<Tls>,
    guard: Arc<Guard>,
    watchers: Vec<Arc<dyn Watcher>>,
    atlas: Arc<dyn Atlas>,
    key: TokenKey,
    clock: Clock,
    requests: AtomicU64,
    refused: AtomicU64,
    started: Timestamp,
    spent: Spent,
}

/// A gateway that serves until it is stopped.
#[derive(Debug)]
pub struct Gateway(Inner);

impl Gateway {
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn upstreams(&self) -> &Upstreams {
        &self.0.upstreams
    }

    pub(crate) const fn tls(&self) -> Option<&Tls> {
        self.0.tls.as_ref()
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.0.guard
    }

    pub(crate) fn watchers(&self) -> &[Arc<dyn Watcher>] {
        &self.0.watchers
    }

    pub(crate) fn atlas(&self) -> &dyn Atlas {
        self.0.atlas.as_ref()
    }

    pub(crate) const fn key(&self) -> &TokenKey {
        &self.0.key
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// Requests that were refused before they were judged.
    pub(crate) fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// One more of them.
    pub(crate) fn note_refused(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// When it began.
    pub(crate) const fn started(&self) -> Timestamp {
        self.0.started
    }

    /// What was proved already.
    pub(crate) const fn spent(&self) -> &Spent {
        &self.0.spent
    }

    /// A number for each request.
    pub(crate) fn number(&self) -> u64 {
        self.0.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Listens. When this returns, clients can connect.
    ///
    /// # Errors
    /// The address cannot be listened on, or the application's is none.
    pub async fn start(
        settings: Settings,
        guard: Arc<Guard>,
        watchers: Vec<Arc<dyn Watcher>>,
        atlas: Arc<dyn Atlas>,
        key: TokenKey,
        clock: Clock,
    ) -> Result<Running, GatewayError> {
        let tls =
            settings.upstream_tls.clone().map_or_else(upstream::believing_nobody, Ok).map_err(GatewayError::Trust)?;
        let upstreams = Arc::new(Upstreams::new(&settings, tls).map_err(GatewayError::Upstream)?);
        let tls = if settings.certificates.is_empty() { None } else { Some(Tls::new(settings.certificates.clone())?) };
        let failed = |source| GatewayError::Listen { address: settings.listen, source };
        let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let metrics = match settings.metrics {
            Some(address) => {
                let failed = |source| GatewayError::Metrics { address, source };
                let listener = TcpListener::bind(address).await.map_err(failed)?;
                Some((listener.local_addr().map_err(failed)?, listener))
            }
            None => None,
        };
        let started = clock();
        let gateway = Arc::new(Self(Inner {
            settings,
            upstreams,
            tls,
            guard,
            watchers,
            atlas,
            key,
            clock,
            requests: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            started,
            spent: Spent::default(),
        }));
        let metrics_address = metrics.as_ref().map(|(address, _)| *address);
        let telling = metrics.map(|(_, listener)| tokio::spawn(metrics::serve(listener, Arc::clone(&gateway))));
        let asking = health::start(gateway.settings(), &gateway.0.upstreams);
        let (shutdown, asked) = oneshot::channel();
        let stop = async move {
            let _asked_or_dropped = asked.await;
            asking.into_iter().chain(telling).for_each(|task| task.abort());
        };
        let serving = tokio::spawn(listen::serve(listener, gateway, stop));
        Ok(Running { address, metrics: metrics_address, shutdown, serving })
    }
}

/// A gateway that serves until it is stopped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    shutdown: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Where clients connect.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where what is measured can be read.
    #[must_use]
    pub const fn metrics(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Lets running requests finish, then stops.
    pub async fn stop(self) {
        let _already_gone = self.shutdown.send(());
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the gateway did not stop cleanly");
        }
    }
}
