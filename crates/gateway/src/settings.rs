//! What an operator can set of a gateway.

use std::net::SocketAddr;
use std::time::Duration;

use bartizan_web::engine::AddressSet;
use http::Uri;
use http::uri::PathAndQuery;
use rustls::ClientConfig;

use crate::tls::TlsFiles;

/// How much of a body is inspected unless somebody says something else, in bytes.
const INSPECTED_BYTES: usize = 64 * 1024;

/// What happens to a request that cannot be judged: its web ACL cannot be compiled, or it would cost too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenBlind {
    /// It is refused.
    #[default]
    Close,
    /// It passes.
    Open,
}

/// What an operator can set of a gateway.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where clients connect; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Certificates for clients; without any, they connect without TLS. The first is shown to those that ask for no name that
    /// another is made out for.
    pub certificates: Vec<TlsFiles>,
    /// Where the application answers: `http://host:port` or `https://host:port`, one or several that are asked in turn.
    pub upstreams: Vec<Uri>,
    /// Whose certificates are believed of those with `https`.
    pub upstream_tls: Option<ClientConfig>,
    /// The path by which those are asked whether they are well; without one, only requests tell.
    pub health: Option<PathAndQuery>,
    /// How often they are asked.
    pub health_every: Duration,
    /// Where what is measured can be read.
    pub metrics: Option<SocketAddr>,
    /// The ARN under which a web ACL is associated with this gateway.
    pub resource: String,
    /// How much of a body is inspected, in bytes.
    pub inspected: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted: AddressSet,
    /// What happens to a request that cannot be judged.
    pub when_blind: WhenBlind,
    /// Headers of clients that begin with `x-amzn-waf-` are removed, so that the application can trust them.
    pub own_prefix_removed: bool,
    /// Connections at once.
    pub connections: usize,
    /// Until the head of a request must be there.
    pub header_read: Duration,
    /// Until the inspected part of a body must be there.
    pub body_read: Duration,
    /// Until the application must be connected.
    pub connect: Duration,
    /// Until the head of its answer must be there.
    pub response: Duration,
    /// How long requests may go on at shutdown.
    pub drain: Duration,
}

impl Settings {
    /// The usual for a listener and an application.
    #[must_use]
    pub fn new(listen: SocketAddr, upstreams: Vec<Uri>, resource: String) -> Self {
        Self {
            listen,
            certificates: Vec::new(),
            upstreams,
            upstream_tls: None,
            health: None,
            metrics: None,
            health_every: Duration::from_secs(5),
            resource,
            inspected: INSPECTED_BYTES,
            trusted: AddressSet::default(),
            when_blind: WhenBlind::default(),
            own_prefix_removed: true,
            connections: 10_000,
            header_read: Duration::from_secs(15),
            body_read: Duration::from_secs(30),
            connect: Duration::from_secs(5),
            response: Duration::from_secs(60),
            drain: Duration::from_secs(10),
        }
    }
}
