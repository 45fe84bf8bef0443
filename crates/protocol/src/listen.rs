//! The accept loop: hyper's HTTP/1.1 with the timeouts and limits that a server on an open port needs.

mod stream;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tracing::{debug, info, warn};

use crate::Service;
use crate::limits::HEADER_BYTES_MAX;
use stream::Stalling;

/// How long to wait before accepting again when the process has run out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What connections are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Finish the running request and close.
    Draining,
    /// Close now.
    Over,
}

/// Serves until `shutdown` is over, then lets running requests end, for as long as the service's limits say.
pub async fn serve(listener: TcpListener, service: Arc<Service>, shutdown: impl Future<Output = ()>) {
    let limits = service.limits().clone();
    let connections = Arc::new(Semaphore::new(limits.connections));
    let (phase, watching) = watch::channel(Phase::Serving);
    let mut http = http1::Builder::new();
    // Names of headers mean the same in any case, but a client of the vendor's in use looks for `Link` as it is written.
    http.title_case_headers(true);
    http.timer(TokioTimer::new()).header_read_timeout(limits.header_read).max_header_size(HEADER_BYTES_MAX);
    let mut shutdown = pin!(shutdown);
    loop {
        // Beyond the limit nothing is accepted: clients wait in the system's queue.
        let accepted = async {
            let permit = Arc::clone(&connections).acquire_owned().await.ok()?;
            Some((listener.accept().await, permit))
        };
        let (stream, permit) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accepted => match accepted {
                Some((Ok((stream, _)), permit)) => (stream, permit),
                Some((Err(error), _)) => {
                    pause_after(&error).await;
                    continue;
                }
                None => break,
            },
        };
        let connection = connection(stream, http.clone(), Arc::clone(&service), watching.clone());
        tokio::spawn(async move {
            connection.await;
            drop(permit);
        });
    }
    drop(listener);
    phase.send_replace(Phase::Draining);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.drain, connections.acquire_many(all)).await.is_err() {
        warn!(waited = ?limits.drain, "requests were still running at shutdown, their connections are closed");
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

async fn connection(stream: TcpStream, http: http1::Builder, service: Arc<Service>, mut phase: watch::Receiver<Phase>) {
    // Answers are written at once; waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "a connection was gone before it was served");
        return;
    }
    let io = TokioIo::new(Stalling::new(stream, service.limits().write_stall));
    let answer = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(service.answer(request).await) }
    });
    let mut serving = pin!(http.serve_connection(io, answer));
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
                (Ok(()), Phase::Over) | (Err(_), _) => {
                    info!("a connection was closed by shutdown");
                    return;
                }
            }
        }
    }
}
