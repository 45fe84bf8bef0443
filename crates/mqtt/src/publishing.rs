//! [`Publishing`]: a publish that is waited for, in the order in which it came.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::Published;

/// A publish that is waited for.
pub(crate) struct Publishing<'a> {
    /// None: nothing has to become durable; it only waits for its turn to be acknowledged.
    host: Option<Pin<Box<dyn Future<Output = Published> + Send + 'a>>>,
    packet: Option<u16>,
    denied: bool,
    bytes: usize,
}

/// And its answer.
pub(crate) struct Answered {
    pub(crate) published: Published,
    /// To be acknowledged.
    pub(crate) packet: Option<u16>,
    /// It may not; version 5 says so in the acknowledgement.
    pub(crate) denied: bool,
    pub(crate) bytes: usize,
}

impl<'a> Publishing<'a> {
    /// The host has been asked to keep it.
    pub(crate) fn asked(
        host: Pin<Box<dyn Future<Output = Published> + Send + 'a>>,
        packet: Option<u16>,
        bytes: usize,
    ) -> Self {
        Self { host: Some(host), packet, denied: false, bytes }
    }

    /// It has reached its subscribers.
    pub(crate) fn routed(packet: Option<u16>) -> Self {
        Self { host: None, packet, denied: false, bytes: 0 }
    }

    /// It goes nowhere.
    pub(crate) fn denied(packet: Option<u16>) -> Self {
        Self { denied: true, ..Self::routed(packet) }
    }
}

impl Future for Publishing<'_> {
    type Output = Answered;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answered> {
        let published = match &mut self.host {
            Some(host) => ready!(host.as_mut().poll(cx)),
            None => Ok(Vec::new()),
        };
        Poll::Ready(Answered { published, packet: self.packet, denied: self.denied, bytes: self.bytes })
    }
}
