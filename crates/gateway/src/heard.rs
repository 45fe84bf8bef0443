//! A connection whose first bytes are kept: the fingerprint of a client's TLS is made of them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes that are kept: one record at its largest and its head, which holds every usual ClientHello.
const KEPT_BYTES_MAX: usize = 16 * 1024 + 5;

/// A connection whose first bytes are kept.
#[derive(Debug)]
pub(crate) struct Heard<S> {
    stream: S,
    first: Option<Vec<u8>>,
}

impl<S> Heard<S> {
    pub(crate) const fn new(stream: S) -> Self {
        Self { stream, first: Some(Vec::new()) }
    }

    /// The first bytes that came. From now on none are kept.
    pub(crate) fn first(&mut self) -> Vec<u8> {
        self.first.take().unwrap_or_default()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Heard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, into);
        if let Some(first) = &mut self.first {
            let came = into.filled().get(before..).unwrap_or_default();
            let room = KEPT_BYTES_MAX.saturating_sub(first.len());
            first.extend(came.iter().take(room));
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
