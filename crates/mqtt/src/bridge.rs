//! [`Bridge`]: reports of devices that are connected to a broker which is there already.

mod link;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tracing::{info, warn};

use crate::limits::{CONNECT_TIMEOUT, HANDSHAKE_TIMEOUT};
use crate::tls::{ServerFiles, TlsError, provider, read_all, read_certificates, read_key};
use crate::{Guest, Host, Message};
use link::{Lost, talk};

/// What is subscribed to unless something else is configured: reports, and not their answers, which are one level deeper.
pub const REPORTS_FILTER: &str = "$aws/things/+/defender/metrics/+";
/// The client id at the broker unless another is configured. The broker keeps a session under it while the bridge is away.
pub const BRIDGE_CLIENT_ID: &str = "bartizan";
/// How many messages for the broker's devices wait while it cannot be reached or is slow.
pub const BRIDGE_WAITING_MAX: usize = 1000;
/// How long to wait before the first try to connect again; each failure doubles it.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// And the longest.
const BACKOFF_MAX: Duration = Duration::from_secs(60);
const PLAIN_PORT: u16 = 1883;
const TLS_PORT: u16 = 8883;

/// Where a broker is: `mqtt://host`, `mqtts://user@host:8883`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Host name or address, an IPv6 one without brackets.
    pub host: String,
    /// 1883, or 8883 with TLS, unless given.
    pub port: u16,
    /// By TLS.
    pub encrypted: bool,
    /// The user name. Passwords stand in no address, where every list of processes shows them.
    pub username: Option<String>,
}

/// A text that is no broker's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no broker's address; write mqtt://host, mqtts://host or mqtts://user@host:8883, without a password")]
pub struct BadBroker(String);

impl FromStr for Broker {
    type Err = BadBroker;

    fn from_str(text: &str) -> Result<Self, BadBroker> {
        let bad = || BadBroker(text.to_owned());
        let (scheme, rest) = text.split_once("://").ok_or_else(bad)?;
        let encrypted = match scheme {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(bad()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (username, rest) = match rest.rsplit_once('@') {
            Some((username, rest)) => (Some(username.to_owned()), rest),
            None => (None, rest),
        };
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or_else(bad)?;
                (host, rest.strip_prefix(':').or_else(|| rest.is_empty().then_some("")).ok_or_else(bad)?)
            }
            None => rest.split_once(':').unwrap_or((rest, "")),
        };
        let port = match (port, encrypted) {
            ("", false) => PLAIN_PORT,
            ("", true) => TLS_PORT,
            (port, _) => port.parse().map_err(|_| bad())?,
        };
        let named = !host.is_empty() && !host.contains('/') && username.as_ref().is_none_or(|name| !name.contains(':'));
        let host = host.to_owned();
        if named { Ok(Self { host, port, encrypted, username }) } else { Err(bad()) }
    }
}

impl std::fmt::Display for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.encrypted { "mqtts" } else { "mqtt" };
        match self.host.contains(':') {
            true => write!(f, "{scheme}://[{}]:{}", self.host, self.port),
            false => write!(f, "{scheme}://{}:{}", self.host, self.port),
        }
    }
}

/// How to connect to a broker.
#[derive(Clone)]
pub struct BridgeSettings {
    /// Where it is.
    pub broker: Broker,
    /// With a user name only.
    pub password: Option<String>,
    /// See [`BRIDGE_CLIENT_ID`].
    pub client_id: String,
    /// See [`REPORTS_FILTER`].
    pub filters: Vec<String>,
    /// Authorities of an encrypted broker: files in PEM, at least one.
    pub authorities: Vec<PathBuf>,
    /// What the bridge shows, where the broker asks for a client certificate.
    pub certificate: Option<ServerFiles>,
}

impl std::fmt::Debug for BridgeSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BridgeSettings")
            .field("broker", &self.broker)
            .field("client_id", &self.client_id)
            .field("filters", &self.filters)
            .finish_non_exhaustive()
    }
}

impl BridgeSettings {
    /// Reports from a broker, without a password.
    #[must_use]
    pub fn new(broker: Broker) -> Self {
        Self {
            broker,
            password: None,
            client_id: BRIDGE_CLIENT_ID.to_owned(),
            filters: vec![REPORTS_FILTER.to_owned()],
            authorities: Vec::new(),
            certificate: None,
        }
    }
}

/// Publishes at the broker what comes from elsewhere than a report's answer.
#[derive(Debug, Clone)]
pub struct BridgeHandle(mpsc::Sender<Message>);

impl BridgeHandle {
    /// False if it is not taken, because too much waits already.
    pub fn deliver(&self, message: &Message) -> bool {
        self.0.try_send(message.clone()).is_ok()
    }
}

/// One broker.
pub struct Bridge {
    settings: BridgeSettings,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    waiting: mpsc::Receiver<Message>,
}

impl std::fmt::Debug for Bridge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bridge").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Bridge {
    /// A bridge that is not connected yet.
    ///
    /// # Errors
    /// If the certificates of an encrypted broker cannot be used.
    pub fn new(settings: BridgeSettings) -> Result<(Self, BridgeHandle), TlsError> {
        let tls = if settings.broker.encrypted { Some(client_tls(&settings)?) } else { None };
        let (sender, waiting) = mpsc::channel(BRIDGE_WAITING_MAX);
        Ok((Self { settings, tls, waiting }, BridgeHandle(sender)))
    }

    /// Hands reports to `host` and answers them, and connects again whenever the connection is lost, until `shutdown` is
    /// over.
    pub async fn run(mut self, host: Arc<dyn Host>, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut backoff = BACKOFF_FIRST;
        loop {
            let attempt = self.attempt(&*host, shutdown.as_mut()).await;
            let broker = &self.settings.broker;
            match attempt {
                Ok(()) => return,
                Err(Lost { why, was_connected }) => {
                    if was_connected {
                        backoff = BACKOFF_FIRST;
                    }
                    warn!(%broker, %why, wait = ?backoff, "no connection to the broker; trying again");
                }
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = sleep(backoff) => backoff = (backoff * 2).min(BACKOFF_MAX),
            }
        }
    }

    /// One connection; Ok when shutdown was asked for.
    async fn attempt(&mut self, host: &dyn Host, mut shutdown: impl Future<Output = ()> + Unpin) -> Result<(), Lost> {
        let stream = tokio::select! {
            () = &mut shutdown => return Ok(()),
            stream = timeout(CONNECT_TIMEOUT, self.dial()) => match stream {
                Ok(stream) => stream.map_err(Lost::early)?,
                Err(_) => return Err(Lost::early("it does not answer")),
            },
        };
        let address = stream.peer_addr().map_err(Lost::early)?;
        let guest = self.guest(address);
        let broker = &self.settings.broker;
        info!(%broker, %address, "connected to the broker");
        match &self.tls {
            None => talk(stream, &self.settings, &guest, host, &mut self.waiting, shutdown).await,
            Some((connector, name)) => {
                let stream = timeout(HANDSHAKE_TIMEOUT, connector.connect(name.clone(), stream)).await;
                let stream = stream.map_err(Lost::early)?.map_err(Lost::early)?;
                talk(stream, &self.settings, &guest, host, &mut self.waiting, shutdown).await
            }
        }
    }

    async fn dial(&self) -> io::Result<TcpStream> {
        let broker = &self.settings.broker;
        let stream = TcpStream::connect((broker.host.as_str(), broker.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn guest(&self, address: SocketAddr) -> Guest {
        let client_id: Arc<str> = self.settings.client_id.as_str().into();
        Guest { name: self.settings.broker.to_string().into(), client_id, address, for_others: true }
    }
}

fn client_tls(settings: &BridgeSettings) -> Result<(TlsConnector, ServerName<'static>), TlsError> {
    let unusable = |error: &dyn std::fmt::Display| TlsError::Unusable(error.to_string());
    let mut roots = RootCertStore::empty();
    for certificate in read_all(&settings.authorities)? {
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    if roots.is_empty() {
        return Err(TlsError::Unusable("name a file with the authority of the broker's certificate".to_owned()));
    }
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| unusable(&error))?.with_root_certificates(roots);
    let config = match &settings.certificate {
        None => builder.with_no_client_auth(),
        Some(files) => builder
            .with_client_auth_cert(read_certificates(&files.certificate)?, read_key(&files.key)?)
            .map_err(|error| unusable(&error))?,
    };
    let name = ServerName::try_from(settings.broker.host.clone()).map_err(|error| unusable(&error))?;
    Ok((TlsConnector::from(Arc::new(config)), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_broker_is() {
        let read = |text: &str| text.parse::<Broker>().map(|broker| (broker.to_string(), broker.username)).ok();
        assert_eq!(read("mqtt://a"), Some(("mqtt://a:1883".into(), None)));
        assert_eq!(read("mqtts://u@a.example/"), Some(("mqtts://a.example:8883".into(), Some("u".into()))));
        assert_eq!(read("mqtt://127.0.0.1:99"), Some(("mqtt://127.0.0.1:99".into(), None)));
        assert_eq!(read("mqtts://[::1]"), Some(("mqtts://[::1]:8883".into(), None)));
        assert_eq!(read("mqtt://[::1]:1"), Some(("mqtt://[::1]:1".into(), None)));
        for bad in
            ["a", "http://a", "mqtt://", "mqtt://u:p@a", "mqtt://a:x", "mqtt://[::1", "mqtt://[::1]x", "mqtt://a/b"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
