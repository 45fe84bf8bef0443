//! The part of a body that is inspected before the request goes on, and the rest that streams behind it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// How long, and how much, is read of a body that nobody wants.
const DRAIN: Duration = Duration::from_secs(5);
const DRAIN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What was read of a body.
#[derive(Debug)]
pub(crate) struct Window {
    /// From its beginning: at least as much as is inspected, unless it ends before.
    pub(crate) read: Bytes,
    /// What comes behind it.
    pub(crate) rest: Option<Incoming>,
}

impl Window {
    /// Reads until more than `limit` bytes are there, or the end.
    pub(crate) async fn read(mut body: Incoming, limit: usize) -> Result<Self, hyper::Error> {
        if body.is_end_stream() {
            return Ok(Self { read: Bytes::new(), rest: None });
        }
        let mut first: Option<Bytes> = None;
        let mut joined = BytesMut::new();
        loop {
            let length = first.as_ref().map_or(joined.len(), Bytes::len);
            if length > limit {
                break;
            }
            match body.frame().await.transpose()? {
                None => return Ok(Self { read: first.unwrap_or_else(|| joined.freeze()), rest: None }),
                // trailers are not passed on: nobody has judged them
                Some(frame) => {
                    let Ok(data) = frame.into_data() else { continue };
                    match first.take() {
                        None if joined.is_empty() => first = Some(data),
                        before => {
                            joined.extend_from_slice(&before.unwrap_or_default());
                            joined.extend_from_slice(&data);
                        }
                    }
                    if body.is_end_stream() {
                        return Ok(Self { read: first.unwrap_or_else(|| joined.freeze()), rest: None });
                    }
                }
            }
        }
        Ok(Self { read: first.unwrap_or_else(|| joined.freeze()), rest: Some(body) })
    }

    /// Reads what is left of a body that nobody wants, for a while: a client that is cut off while it writes may not read the
    /// answer.
    pub(crate) fn drain(self) {
        let Some(mut rest) = self.rest else { return };
        tokio::spawn(tokio::time::timeout(DRAIN, async move {
            let mut left = DRAIN_BYTES_MAX;
            while let Some(Ok(frame)) = rest.frame().await {
                left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
                if left == 0 {
                    break;
                }
            }
        }));
    }

    /// The whole body again.
    pub(crate) fn into_body(self) -> Relayed {
        Relayed { read: Some(self.read).filter(|read| !read.is_empty()), rest: self.rest }
    }
}

/// A body whose beginning was read already.
#[derive(Debug)]
pub(crate) struct Relayed {
    read: Option<Bytes>,
    rest: Option<Incoming>,
}

impl Relayed {
    /// A body that is all there.
    pub(crate) fn whole(read: Bytes) -> Self {
        Self { read: Some(read).filter(|read| !read.is_empty()), rest: None }
    }
}

impl Body for Relayed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Some(read) = self.read.take() {
            return Poll::Ready(Some(Ok(Frame::data(read))));
        }
        loop {
            let Some(rest) = self.rest.as_mut() else { return Poll::Ready(None) };
            match Pin::new(rest).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) if frame.is_trailers() => {}
                other => return other,
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.read.is_none() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let read = self.read.as_ref().map_or(0, |read| u64::try_from(read.len()).unwrap_or(u64::MAX));
        let rest = self.rest.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint);
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(read));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(read));
        }
        hint
    }
}
