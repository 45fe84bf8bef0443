//! [`Host`]: what the endpoint asks whoever runs it. It knows no room; all decisions are made there.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use rustls::pki_types::CertificateDer;

use crate::Message;

/// What a client says of itself in CONNECT, and what is known of its connection.
#[derive(Clone, Copy)]
pub struct Hello<'a> {
    /// Never empty: clients that send none get one.
    pub client_id: &'a str,
    /// As sent; the AWS SDKs put their own name here.
    pub username: Option<&'a str>,
    /// As sent.
    pub password: Option<&'a [u8]>,
    /// The client's certificate and those above it, leaf first, verified by the listener's authorities. Empty without.
    pub certificates: &'a [CertificateDer<'static>],
    /// Where the connection comes from.
    pub address: SocketAddr,
    /// Whether it is encrypted.
    pub encrypted: bool,
}

impl Hello<'_> {
    /// The common name in the client's certificate: the thing's name in those that [`crate::Authority`] issues.
    #[must_use]
    pub fn common_name(&self) -> Option<String> {
        crate::tls::common_name(self.certificates.first()?)
    }
}

impl std::fmt::Debug for Hello<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hello")
            .field("client_id", &self.client_id)
            .field("username", &self.username)
            .field("certificates", &self.certificates.len())
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Who a connection belongs to, as the [`Host`] decided.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Its client id.
    pub client_id: Arc<str>,
    /// What the host calls it: a thing's name, or a principal's. Sessions belong to it.
    pub name: Arc<str>,
    /// Where it comes from. Of a bridge, the broker's address.
    pub address: SocketAddr,
    /// It speaks for others, as a bridge to another broker or a gateway does: the topic says whose a message is.
    pub for_others: bool,
}

impl Guest {
    /// Who said `hello`, under a name.
    #[must_use]
    pub fn new(hello: &Hello<'_>, name: impl Into<Arc<str>>) -> Self {
        Self { client_id: hello.client_id.into(), name: name.into(), address: hello.address, for_others: false }
    }
}

/// Why a client is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Name or password are wrong.
    #[error("the user name or password is wrong")]
    BadCredentials,
    /// It may not connect, or not under this client id, or not with this will.
    #[error("it may not connect")]
    NotAuthorized,
    /// Its client id cannot be used.
    #[error("its client id cannot be used: it is too long, or empty for a session that shall be kept")]
    BadClientId,
    /// Not now.
    #[error("the server cannot take it now")]
    Unavailable,
    /// What it sent is not MQTT 3.1.1 or 5.
    #[error("it does not speak MQTT 3.1.1 or 5")]
    Malformed,
    /// It did not say who it is in time.
    #[error("it sent no CONNECT in time")]
    Late,
    /// TLS could not be agreed on, or its certificate is not accepted.
    #[error("the TLS handshake failed")]
    Handshake,
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// The client said goodbye.
    #[error("the client disconnected")]
    Disconnected,
    /// The client said goodbye and wants its will published.
    #[error("the client disconnected and left its will")]
    DisconnectedWithWill,
    /// The socket was closed or broke.
    #[error("the connection was lost")]
    Lost,
    /// Nothing was heard for one and a half keep-alives.
    #[error("nothing was heard for one and a half keep-alives")]
    KeepAlive,
    /// Somebody connected with the same client id.
    #[error("another connection took the client id over")]
    TakenOver,
    /// It may not publish where it did.
    #[error("it published where it may not")]
    Denied,
    /// It does not take what it subscribed to, or not in time.
    #[error("it takes messages too slowly")]
    TooSlow,
    /// It broke a limit or the protocol.
    #[error("it broke the protocol or a limit: {0}")]
    Protocol(&'static str),
    /// What it published could not be kept.
    #[error("what it published could not be kept")]
    Unavailable,
    /// The host asked for it.
    #[error("it was asked to leave")]
    Dismissed,
    /// The server stops.
    #[error("the server stops")]
    ShuttingDown,
}

/// What a client wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// To publish to a topic.
    Publish,
    /// To subscribe to a filter.
    Subscribe,
}

/// What happens at the endpoint; cloud-side metrics are made of it.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A client is in.
    Connected {
        /// Who.
        guest: &'a Guest,
    },
    /// A client is not let in.
    Refused {
        /// Its client id, where it got as far as to send one.
        client_id: Option<&'a str>,
        /// Where it comes from.
        address: SocketAddr,
        /// Why.
        why: Refused,
    },
    /// A connection ended.
    Disconnected {
        /// Whose.
        guest: &'a Guest,
        /// Why.
        why: Ended,
    },
    /// A client wanted what it may not.
    Denied {
        /// Who.
        guest: &'a Guest,
        /// What.
        action: Action,
        /// The topic or filter.
        topic: &'a str,
    },
    /// A client published (AWS counts it as sent by the device).
    Received {
        /// Who.
        guest: &'a Guest,
        /// Where.
        topic: &'a str,
        /// Of payload.
        bytes: usize,
    },
    /// A client was sent a message (AWS counts it as received by the device).
    Sent {
        /// Who.
        guest: &'a Guest,
        /// Where.
        topic: &'a str,
        /// Of payload.
        bytes: usize,
    },
}

/// The host cannot keep what was published. The connection is closed without an acknowledgement, so that a client which
/// asked for QoS 1 sends it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was published cannot be kept now")]
pub struct Unavailable;

/// What a publish to a reserved topic led to: messages for those who are subscribed to their topics.
pub type Published = Result<Vec<Message>, Unavailable>;

/// Who runs the endpoint. Everything but `publish` is called on the path of every packet and must not block.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// Whether a client is let in, and as whom.
    ///
    /// # Errors
    /// Why not.
    fn admit(&self, hello: &Hello<'_>) -> Result<Guest, Refused>;

    /// Whether a client may publish to a topic.
    fn may_publish(&self, guest: &Guest, topic: &str) -> bool;

    /// Whether a client may subscribe to a filter.
    fn may_subscribe(&self, guest: &Guest, filter: &str) -> bool;

    /// Takes what was published to a reserved topic (`$...`); all other topics go to their subscribers without it. QoS 1
    /// is acknowledged when it returns, so it returns once the message is durable where it must be. Many of one client
    /// run at once; they are answered in the order in which they came.
    ///
    /// # Errors
    /// [`Unavailable`] if it cannot be kept.
    async fn publish(&self, guest: &Guest, message: Message) -> Published;

    /// What happened.
    fn noticed(&self, event: &Event<'_>);
}
