//! The accept loop.

mod connection;

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::MissedTickBehavior;
use tracing::{info, warn};

use crate::gateway::Gateway;
use connection::Connection;

/// How long to wait before accepting again when the process has run out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// The longest head of a request, in bytes.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Requests at once on one connection of HTTP/2.
const STREAMS_MAX: u32 = 128;
/// Streams that a client may reset before they were answered; with more of them the connection ends.
const RESETS_MAX: usize = 32;
/// How often a connection of HTTP/2 is asked whether it lives, and how long it may take to say so.
const PING: Duration = Duration::from_secs(20);
const PONG: Duration = Duration::from_secs(10);
/// How often it is looked whether files of certificates have changed.
const CERTIFICATES: Duration = Duration::from_secs(2);

/// The limits of both protocols.
#[derive(Debug, Clone)]
struct Protocols {
    one: http1::Builder,
    two: http2::Builder<TokioExecutor>,
}

impl Protocols {
    fn new(header_read: Duration) -> Self {
        let mut one = http1::Builder::new();
        one.timer(TokioTimer::new())
            .header_read_timeout(header_read)
            .max_header_size(HEADER_BYTES_MAX)
            .preserve_header_case(true);
        let mut two = http2::Builder::new(TokioExecutor::new());
        two.timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(HEADER_BYTES_MAX).unwrap_or(u32::MAX))
            .max_concurrent_streams(STREAMS_MAX)
            .max_pending_accept_reset_streams(RESETS_MAX)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PONG);
        Self { one, two }
    }
}

/// What connections are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Finish the running request and close.
    Draining,
    /// Close now.
    Over,
}

/// Serves until `shutdown` is over, then lets running requests end, for as long as the settings say.
pub(crate) async fn serve(listener: TcpListener, gateway: Arc<Gateway>, shutdown: impl Future<Output = ()>) {
    let settings = gateway.settings().clone();
    let connections = Arc::new(Semaphore::new(settings.connections));
    let (phase, watching) = watch::channel(Phase::Serving);
    let protocols = Protocols::new(settings.header_read);
    let reloading = gateway.tls().is_some().then(|| tokio::spawn(reload(Arc::clone(&gateway))));
    let mut shutdown = pin!(shutdown);
    loop {
        // Beyond the limit nothing is accepted: clients wait in the system's queue.
        let accepted = async {
            let permit = Arc::clone(&connections).acquire_owned().await.ok()?;
            Some((listener.accept().await, permit))
        };
        let (stream, peer, permit) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accepted => match accepted {
                Some((Ok((stream, peer)), permit)) => (stream, peer, permit),
                Some((Err(error), _)) => {
                    pause_after(&error).await;
                    continue;
                }
                None => break,
            },
        };
        let connection =
            Connection { protocols: protocols.clone(), gateway: Arc::clone(&gateway), phase: watching.clone() };
        tokio::spawn(async move {
            connection.serve(stream, peer).await;
            drop(permit);
        });
    }
    drop(listener);
    if let Some(reloading) = reloading {
        reloading.abort();
    }
    phase.send_replace(Phase::Draining);
    let all = u32::try_from(settings.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(settings.drain, connections.acquire_many(all)).await.is_err() {
        warn!(waited = ?settings.drain, "requests were still running at shutdown, their connections are closed");
    }
    phase.send_replace(Phase::Over);
}

/// One client's errors are no reason to wait; running out of handles is.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    warn!(%error, "cannot accept connections: allow the process more open files");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

/// Looks after the files of certificates, until it is aborted.
async fn reload(gateway: Arc<Gateway>) {
    let mut turns = tokio::time::interval(CERTIFICATES);
    turns.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        turns.tick().await;
        let Some(tls) = gateway.tls() else { return };
        match tls.reload() {
            Ok(true) => info!("certificates were read again"),
            Ok(false) => {}
            Err(error) => warn!(%error, "the new certificates cannot be used, those before stay"),
        }
    }
}
