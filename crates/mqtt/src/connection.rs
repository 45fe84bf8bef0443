//! One client's connection, from its first byte to its last.

mod dialect;
mod greeting;
mod incoming;
mod outgoing;
mod talk;

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::Event;
use crate::endpoint::Shared;
use talk::Talk;

/// What is known of a client before it speaks.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) encrypted: bool,
    /// Verified, leaf first.
    pub(crate) certificates: Vec<CertificateDer<'static>>,
}

/// Serves a connection until it ends.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(shared: Arc<Shared>, mut stream: S, peer: Peer) {
    // Boxed, so that a connection which lives for months does not hold the room that its first second needed.
    let greeted = match Box::pin(greeting::greet(&shared, &mut stream, &peer)).await {
        Ok(greeted) => greeted,
        Err(refusal) => {
            let client_id = refusal.client_id.as_deref();
            shared.host.noticed(&Event::Refused { client_id, address: peer.address, why: refusal.why });
            return;
        }
    };
    drop(peer);
    let guest = greeted.guest.clone();
    shared.host.noticed(&Event::Connected { guest: &guest });
    Box::new(Talk::new(&shared, &guest, stream, greeted)).run().await;
}
