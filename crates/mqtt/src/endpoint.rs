//! [`Endpoint`]: accepts devices and routes what they publish.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;
use tracing::{debug, info, warn};

use crate::connection::{self, Peer};
use crate::routes::Routes;
use crate::session::Session;
use crate::sessions::Sessions;
use crate::{Ended, Event, Guest, Host, Limits, Message, Refused, Tls, Unavailable};

/// How long to wait before accepting again when the process has run out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How often sessions whose time is over are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(10);

/// How often certificate files are looked at.
const RELOAD_INTERVAL: Duration = Duration::from_secs(60);

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) limits: Limits,
    pub(crate) sessions: Sessions,
    pub(crate) routes: Routes,
    pub(crate) stopping: watch::Sender<bool>,
    /// Bytes of payload that all clients together wait to have kept.
    pub(crate) publish_bytes: AtomicUsize,
    connections: Arc<Semaphore>,
}

impl Shared {
    /// Gives a message to those who are subscribed to its topic.
    pub(crate) fn route(&self, message: &Message, publisher: Option<&Arc<Session>>) -> usize {
        let found = self.routes.find(&message.topic, publisher);
        if found.is_empty() {
            return 0;
        }
        let now = Instant::now();
        for (session, qos) in &found {
            session.offer(message, *qos, now);
        }
        found.len()
    }

    /// What a client published outside of its own order: its will.
    pub(crate) async fn publish(&self, guest: &Guest, message: Message, publisher: Option<&Arc<Session>>) {
        if !message.is_reserved() {
            self.route(&message, publisher);
            return;
        }
        match self.host.publish(guest, message).await {
            Ok(replies) => replies.iter().for_each(|reply| {
                self.route(reply, None);
            }),
            Err(Unavailable) => warn!(client = %guest.client_id, "a will could not be kept"),
        }
    }
}

/// The endpoint: any number of listeners, one set of sessions.
#[derive(Clone)]
pub struct Endpoint(Arc<Shared>);

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// An endpoint that asks `host`.
    #[must_use]
    pub fn new(host: Arc<dyn Host>, limits: Limits) -> Self {
        Self(Arc::new(Shared {
            host,
            sessions: Sessions::new(limits.clone()),
            routes: Routes::default(),
            stopping: watch::Sender::new(false),
            publish_bytes: AtomicUsize::new(0),
            connections: Arc::new(Semaphore::new(limits.connections)),
            limits,
        }))
    }

    /// Sends a message to all who are subscribed to its topic; how many those are.
    pub fn deliver(&self, message: &Message) -> usize {
        self.0.route(message, None)
    }

    /// Disconnects whom the host calls by a name; how many connections those are.
    pub fn dismiss(&self, name: &str) -> usize {
        self.0.sessions.end(name, Ended::Dismissed)
    }

    /// Serves a listener until `shutdown` is over, then lets what was published become durable.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        self.accept(listener, None, shutdown).await;
    }

    /// The same, encrypted. The files behind `tls` are looked at every minute.
    pub async fn serve_tls(&self, listener: TcpListener, tls: Arc<Tls>, shutdown: impl Future<Output = ()>) {
        self.accept(listener, Some(tls), shutdown).await;
    }

    async fn accept(&self, listener: TcpListener, tls: Option<Arc<Tls>>, shutdown: impl Future<Output = ()>) {
        let shared = &self.0;
        let mut shutdown = pin!(shutdown);
        let mut sweep = interval(SWEEP_INTERVAL);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reload = interval(RELOAD_INTERVAL);
        reload.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // Beyond the limit nothing is accepted: clients wait in the system's queue.
            let accepted = async {
                let permit = Arc::clone(&shared.connections).acquire_owned().await.ok()?;
                Some((listener.accept().await, permit))
            };
            let (stream, address, permit) = tokio::select! {
                biased;
                () = &mut shutdown => break,
                _ = sweep.tick() => {
                    shared.sessions.sweep(&shared.routes, Instant::now());
                    continue;
                }
                _ = reload.tick(), if tls.is_some() => {
                    if let Some(tls) = tls.clone() {
                        tokio::task::spawn_blocking(move || match tls.reload() {
                            Ok(false) => {}
                            Ok(true) => info!("the certificate files of the device endpoint were read again"),
                            Err(error) => warn!(%error, "changed certificate files are not used"),
                        });
                    }
                    continue;
                }
                accepted = accepted => match accepted {
                    Some((Ok((stream, address)), permit)) => (stream, address, permit),
                    Some((Err(error), _)) => {
                        pause_after(&error).await;
                        continue;
                    }
                    None => break,
                },
            };
            // Answers are written at once; waiting to fill a packet only delays them.
            if let Err(error) = stream.set_nodelay(true) {
                debug!(%error, "a connection was gone before it was served");
                continue;
            }
            let shared = Arc::clone(shared);
            let tls = tls.as_ref().map(|tls| tls.current());
            tokio::spawn(async move {
                match tls {
                    // boxed, so that neither holds the room of the other
                    Some(config) => Box::pin(encrypted(shared, stream, address, config)).await,
                    None => {
                        let peer = Peer { address, encrypted: false, certificates: Vec::new() };
                        Box::pin(connection::serve(shared, stream, peer)).await;
                    }
                }
                drop(permit);
            });
        }
        drop(listener);
        self.stop().await;
    }

    async fn stop(&self) {
        let shared = &self.0;
        shared.stopping.send_replace(true);
        shared.sessions.end_all(Ended::ShuttingDown);
        let all = u32::try_from(shared.limits.connections).unwrap_or(u32::MAX);
        if timeout(shared.limits.drain, shared.connections.acquire_many(all)).await.is_err() {
            warn!(waited = ?shared.limits.drain, "devices were still connected at shutdown");
        }
    }
}

async fn encrypted(shared: Arc<Shared>, stream: TcpStream, address: SocketAddr, config: Arc<ServerConfig>) {
    let handshake = Box::pin(timeout(shared.limits.handshake, TlsAcceptor::from(config).accept(stream)));
    match handshake.await {
        Ok(Ok(stream)) => {
            let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default().to_vec();
            connection::serve(shared, stream, Peer { address, encrypted: true, certificates }).await;
        }
        failed => {
            if let Ok(Err(error)) = failed {
                debug!(%error, %address, "a TLS handshake failed");
            }
            shared.host.noticed(&Event::Refused { client_id: None, address, why: Refused::Handshake });
        }
    }
}

/// One client's errors are no reason to wait; running out of handles is.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    warn!(%error, "cannot accept devices: allow the process more open files");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}
