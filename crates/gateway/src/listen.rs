//! The accept loop.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tracing::{debug, warn};

use crate::forward;
use crate::gateway::Gateway;

/// How long to wait before accepting again when the process has run out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// The longest head of a request, in bytes.
const HEADER_BYTES_MAX: usize = 64 * 1024;

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
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.header_read)
        .max_header_size(HEADER_BYTES_MAX)
        .preserve_header_case(true);
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
        let connection = connection(stream, peer, http.clone(), Arc::clone(&gateway), watching.clone());
        tokio::spawn(async move {
            connection.await;
            drop(permit);
        });
    }
    drop(listener);
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

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    http: http1::Builder,
    gateway: Arc<Gateway>,
    mut phase: watch::Receiver<Phase>,
) {
    // Answers are written at once; waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "a connection was gone before it was served");
        return;
    }
    let answer = service_fn(move |request| {
        let gateway = Arc::clone(&gateway);
        async move { Ok::<_, Infallible>(forward::answer(&gateway, peer, request).await) }
    });
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), answer).with_upgrades());
    loop {
        tokio::select! {
            biased;
            ended = serving.as_mut() => {
                if let Err(error) = ended {
                    // What a client does to its connection is its own affair.
                    debug!(%error, "a connection ended early");
                }
                return;
            }
            // The sender lives as long as the accept loop: its end is the end of serving.
            changed = phase.changed() => match (changed, *phase.borrow_and_update()) {
                (Ok(()), Phase::Serving) => {}
                (Ok(()), Phase::Draining) => serving.as_mut().graceful_shutdown(),
                (Ok(()), Phase::Over) | (Err(_), _) => return,
            }
        }
    }
}
