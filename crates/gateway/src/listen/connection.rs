//! One connection: with TLS or without, HTTP/1.1 or HTTP/2.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tracing::debug;

use super::{Phase, Protocols};
use crate::forward;
use crate::gateway::Gateway;
use crate::heard::Heard;
use crate::hello;
use crate::peer::Peer;

/// What a connection needs.
pub(super) struct Connection {
    pub(super) protocols: Protocols,
    pub(super) gateway: Arc<Gateway>,
    pub(super) phase: watch::Receiver<Phase>,
}

/// A connection of either protocol.
trait Serving: Future<Output = Result<(), hyper::Error>> {
    /// The running requests are the last.
    fn finish(self: Pin<&mut Self>);
}

impl Connection {
    /// Serves until one of both sides ends it.
    pub(super) async fn serve(self, stream: TcpStream, address: SocketAddr) {
        // Answers are written at once; waiting to fill a packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "a connection was gone before it was served");
            return;
        }
        let Some(tls) = self.gateway.tls() else { return self.one(stream, Peer::plain(address)).await };
        let accepting = TlsAcceptor::from(tls.current()).accept(Heard::new(stream));
        let mut stream = match tokio::time::timeout(self.gateway.settings().header_read, accepting).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return debug!(%address, %error, "no TLS with a client"),
            Err(_) => return debug!(%address, "a client takes too long over TLS"),
        };
        let fingerprints = hello::fingerprints(&stream.get_mut().0.first());
        let peer = Peer { address, secure: true, fingerprints };
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            self.two(stream, peer).await;
        } else {
            self.one(stream, peer).await;
        }
    }

    async fn one(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Peer) {
        let Self { protocols, gateway, phase } = self;
        let peer = Arc::new(peer);
        let answer = service_fn(move |request| {
            let (gateway, peer) = (Arc::clone(&gateway), Arc::clone(&peer));
            async move { Ok::<_, Infallible>(forward::answer(&gateway, &peer, request).await) }
        });
        run(pin!(protocols.one.serve_connection(TokioIo::new(stream), answer).with_upgrades()), phase).await;
    }

    async fn two(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Peer) {
        let Self { protocols, gateway, phase } = self;
        let peer = Arc::new(peer);
        let answer = service_fn(move |request| {
            let (gateway, peer) = (Arc::clone(&gateway), Arc::clone(&peer));
            async move { Ok::<_, Infallible>(forward::answer(&gateway, &peer, request).await) }
        });
        run(pin!(protocols.two.serve_connection(TokioIo::new(stream), answer)), phase).await;
    }
}

impl<I, S> Serving for hyper::server::conn::http1::UpgradeableConnection<I, S>
where
    Self: Future<Output = Result<(), hyper::Error>>,
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = crate::answer::Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, S, E> Serving for hyper::server::conn::http2::Connection<I, S, E>
where
    Self: Future<Output = Result<(), hyper::Error>>,
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = crate::answer::Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    E: hyper::rt::bounds::Http2ServerConnExec<S::Future, crate::answer::Body>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

async fn run(mut serving: Pin<&mut impl Serving>, mut phase: watch::Receiver<Phase>) {
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
                (Ok(()), Phase::Draining) => serving.as_mut().finish(),
                (Ok(()), Phase::Over) | (Err(_), _) => return,
            }
        }
    }
}
