//! [`Pipe`]: a socket with what is not written to it yet.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};

use mqtt_protocol_core::mqtt::packet::{GenericPacketTrait, Packet};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, timeout};

use crate::limits::{CLOSE_TIMEOUT, FLUSH_BYTES, READ_BYTES};

/// Room for answers that is kept between writes, in bytes; what a burst needed beyond it is given back.
const KEPT_BYTES: usize = 4096;

thread_local! {
    /// Where all connections of a thread read to; what is read is taken in at once, so that none holds a buffer.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// Lends the thread's buffer.
pub(crate) fn with_scratch<T>(with: impl FnOnce(&mut [u8]) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| with(scratch))
}

/// The other side has closed, or the socket broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

pub(crate) struct Pipe<S> {
    stream: S,
    /// What is not written yet, from `written` on.
    out: Vec<u8>,
    written: usize,
    /// Written to TLS, which may not have written all of it.
    flushing: bool,
    /// Since when the other side takes nothing.
    pub(crate) stalled: Option<Instant>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pipe<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, out: Vec::new(), written: 0, flushing: false, stalled: None }
    }

    /// Adds a packet to what is to be written.
    pub(crate) fn add(&mut self, packet: &Packet) {
        for part in packet.to_buffers() {
            self.out.extend_from_slice(&part);
        }
    }

    /// How much waits, in bytes.
    pub(crate) fn unwritten(&self) -> usize {
        self.out.len().saturating_sub(self.written)
    }

    /// Reads once; how many bytes.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Broken>> {
        let mut buffer = ReadBuf::new(into);
        Pin::new(&mut self.stream).poll_read(cx, &mut buffer).map(|read| match (read, buffer.filled().len()) {
            (Ok(()), bytes) if bytes > 0 => Ok(bytes),
            _ => Err(Broken),
        })
    }

    /// Writes what waits, if nothing else is to be done (`idle`) or enough waits. Ready if it got on.
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, idle: bool) -> Poll<Result<(), Broken>> {
        if self.unwritten() > 0 {
            return if idle || self.unwritten() >= FLUSH_BYTES { self.poll_write_some(cx) } else { Poll::Pending };
        }
        if self.flushing && idle { self.poll_flush(cx) } else { Poll::Pending }
    }

    fn poll_write_some(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        let bytes = self.out.get(self.written..).unwrap_or_default();
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(Ok(written)) if written > 0 => {
                self.stalled = None;
                self.written += written;
                self.flushing = true;
                if self.written == self.out.len() {
                    self.written = 0;
                    self.out.clear();
                    self.out.shrink_to(KEPT_BYTES);
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(_) => Poll::Ready(Err(Broken)),
            Poll::Pending => {
                self.stalled.get_or_insert_with(Instant::now);
                Poll::Pending
            }
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(Ok(())) => {
                self.flushing = false;
                self.stalled = None;
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(_)) => Poll::Ready(Err(Broken)),
            Poll::Pending => {
                self.stalled.get_or_insert_with(Instant::now);
                Poll::Pending
            }
        }
    }

    /// Writes what waits and closes, without waiting for long.
    pub(crate) async fn close(&mut self) {
        let rest = self.out.get(self.written..).unwrap_or_default();
        let _gone_or_too_slow = timeout(CLOSE_TIMEOUT, async {
            self.stream.write_all(rest).await?;
            self.stream.shutdown().await
        })
        .await;
    }
}
