//! [`Listeners`]: what an operator can set about where devices connect.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bartizan_wire::Timestamp;
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::tls::{Authority, Identity, ServerFiles, Tls, TlsError};
use crate::{Endpoint, Host, Limits};

/// Names of the server's own certificate besides those configured.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Where devices connect. By default nowhere.
#[derive(Debug, Clone, Default)]
pub struct Listeners {
    /// Addresses without encryption; such as `127.0.0.1:1883`.
    pub plain: Vec<SocketAddr>,
    /// Addresses with TLS; such as `0.0.0.0:8883`, and `0.0.0.0:443` for clients of AWS that know no other port.
    pub encrypted: Vec<SocketAddr>,
    /// The server's certificate. Without, the own authority issues one.
    pub certificate: Option<ServerFiles>,
    /// Host names and addresses of the server in the certificate that the own authority issues, besides local ones.
    pub names: Vec<String>,
    /// Authorities whose client certificates are accepted besides the own one: files in PEM.
    pub client_authorities: Vec<PathBuf>,
    /// Encrypted connections without a client certificate are let in, for the host to judge by name and password.
    pub certificates_optional: bool,
}

/// Why devices cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// An address cannot be listened on.
    #[error("cannot listen for devices on {address}: {source}; ports below 1024 need root or CAP_NET_BIND_SERVICE")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Listeners that are open.
#[derive(Debug)]
pub struct Bound {
    plain: Vec<TcpListener>,
    encrypted: Vec<TcpListener>,
    tls: Option<Arc<Tls>>,
    authority: Option<Arc<Authority>>,
}

impl Listeners {
    /// True if devices can connect anywhere.
    #[must_use]
    pub fn any(&self) -> bool {
        !(self.plain.is_empty() && self.encrypted.is_empty())
    }

    /// Opens all of them. The own authority is kept in `folder`, made at first use, and only if anything is encrypted.
    ///
    /// # Errors
    /// If one of them cannot be opened.
    pub async fn bind(&self, folder: &Path, now: Timestamp) -> Result<Bound, ListenError> {
        let plain = bind_all(&self.plain).await?;
        let encrypted = bind_all(&self.encrypted).await?;
        if encrypted.is_empty() {
            return Ok(Bound { plain, encrypted, tls: None, authority: None });
        }
        let authority = Authority::open(folder, now)?;
        let identity = match &self.certificate {
            Some(files) => Identity::Files(files.clone()),
            None => {
                let mut names = self.names.clone();
                names.extend(LOCAL_NAMES.map(ToOwned::to_owned));
                Identity::Own(authority.issue_server(&names, now)?)
            }
        };
        let own = Some(authority.certificate().clone());
        let tls = Tls::new(identity, self.client_authorities.clone(), own, !self.certificates_optional)?;
        Ok(Bound { plain, encrypted, tls: Some(Arc::new(tls)), authority: Some(Arc::new(authority)) })
    }
}

async fn bind_all(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, ListenError> {
    let mut listeners = Vec::new();
    for address in addresses {
        let failed = |source| ListenError::Listen { address: *address, source };
        listeners.push(TcpListener::bind(address).await.map_err(failed)?);
    }
    Ok(listeners)
}

impl Bound {
    /// Where it listens without encryption, with the ports that were free.
    #[must_use]
    pub fn plain(&self) -> Vec<SocketAddr> {
        self.plain.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Where it listens with TLS.
    #[must_use]
    pub fn encrypted(&self) -> Vec<SocketAddr> {
        self.encrypted.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// The own authority, if anything is encrypted.
    #[must_use]
    pub fn authority(&self) -> Option<&Arc<Authority>> {
        self.authority.as_ref()
    }

    /// An endpoint that serves all of them until `stop` becomes true or its sender is dropped; the future ends when all
    /// that was published is durable.
    pub fn serve(
        self,
        host: Arc<dyn Host>,
        limits: Limits,
        stop: watch::Receiver<bool>,
    ) -> (Endpoint, impl Future<Output = ()> + Send + 'static) {
        let endpoint = Endpoint::new(host, limits);
        let serving = endpoint.clone();
        let all = async move {
            let asked = || {
                let mut stop = stop.clone();
                async move {
                    let _asked_or_dropped = stop.wait_for(|stop| *stop).await;
                }
            };
            let plain = self.plain.into_iter().map(|listener| serving.serve(listener, asked()));
            let tls = self.tls;
            let encrypted = self.encrypted.into_iter().zip(std::iter::repeat(tls));
            let encrypted = encrypted.filter_map(|(listener, tls)| Some((listener, tls?)));
            let encrypted = encrypted.map(|(listener, tls)| serving.serve_tls(listener, tls, asked()));
            tokio::join!(join_all(plain), join_all(encrypted));
        };
        (endpoint, all)
    }
}
