//! Who has connected, and how.

use std::net::SocketAddr;

/// Who has connected, and how.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// With TLS.
    pub(crate) secure: bool,
    /// Fingerprints of the client's TLS, in the forms JA3 and JA4.
    pub(crate) fingerprints: Option<(String, String)>,
}

impl Peer {
    /// Somebody without TLS.
    pub(crate) const fn plain(address: SocketAddr) -> Self {
        Self { address, secure: false, fingerprints: None }
    }
}
