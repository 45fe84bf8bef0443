//! Reading a body within its limits.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use crate::Limits;
use crate::failure::Failure;
use crate::limits::{BODY_BYTES_FREE, DISCARD_TIMEOUT, DISCARDED_BYTES_MAX};

/// Room for large bodies, in KiB. Bodies arrive before it is known who sends them, so that all of them together are
/// bounded, and not only each.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    kib: Arc<Semaphore>,
    idle: Duration,
    whole: Duration,
}

/// A body, and its share of the room, which is given back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) bytes: Bytes,
    _share: Option<OwnedSemaphorePermit>,
}

impl Room {
    pub(crate) fn new(limits: &Limits) -> Self {
        let kib = (limits.body_bytes_in_flight / 1024).min(Semaphore::MAX_PERMITS);
        Self { kib: Arc::new(Semaphore::new(kib)), idle: limits.body_idle, whole: limits.body_read }
    }

    /// The whole body, if it comes in time and is not larger than `bytes_max`. `waits` is true for a client that sends
    /// nothing before it is asked to.
    pub(crate) async fn read<B>(&self, mut body: B, bytes_max: usize, waits: bool) -> Result<Held, Failure>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        if body.is_end_stream() {
            return Ok(Held::default());
        }
        let held = self.read_within(&mut body, bytes_max).await;
        if matches!(held, Err(Failure::TooLarge(_) | Failure::Busy)) && !waits {
            discard(&mut body).await;
        }
        held
    }

    async fn read_within<B>(&self, body: &mut B, bytes_max: usize) -> Result<Held, Failure>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        // The lower bound is the `Content-Length`: too much is refused before it is sent.
        if body.size_hint().lower() > bytes_max as u64 {
            return Err(Failure::TooLarge(bytes_max));
        }
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        let mut share = Share::default();
        let mut until: Option<Instant> = None;
        loop {
            // Most bodies are there already: no timer is started for them.
            let frame = timeout(self.idle, body.frame()).await.map_err(|_| Failure::Slow)?;
            let Some(frame) = frame else { break };
            let frame = frame.map_err(|_| Failure::Serialization("the body ended early or is malformed".to_owned()))?;
            // Trailers mean nothing here.
            let Ok(data) = frame.into_data() else { continue };
            let length = first.len() + rest.len() + data.len();
            if length > bytes_max {
                return Err(Failure::TooLarge(bytes_max));
            }
            share.grow(&self.kib, length)?;
            if first.is_empty() {
                first = data;
            } else {
                if rest.is_empty() {
                    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(0);
                    rest.reserve(data.len() + expected.min(BODY_BYTES_FREE));
                }
                rest.extend_from_slice(&data);
            }
            if body.is_end_stream() {
                break;
            }
            if *until.get_or_insert_with(|| Instant::now() + self.whole) < Instant::now() {
                return Err(Failure::Slow);
            }
        }
        let bytes = if rest.is_empty() {
            first
        } else {
            let mut whole = BytesMut::with_capacity(first.len() + rest.len());
            whole.extend_from_slice(&first);
            whole.extend_from_slice(&rest);
            whole.freeze()
        };
        Ok(Held { bytes, _share: share.permit })
    }
}

/// Reads on without keeping anything, for a while: a client that is still sending would not see the refusal, because
/// closing on it resets the connection.
async fn discard<B>(body: &mut B)
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut discarded = 0;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            discarded += frame.data_ref().map_or(0, Bytes::len);
            if discarded > DISCARDED_BYTES_MAX {
                break;
            }
        }
    };
    // Whether it came to its end makes no difference: the connection is closed in either case.
    let _in_time = timeout(DISCARD_TIMEOUT, reading).await;
}

/// What one body has taken of the room.
#[derive(Default)]
struct Share {
    kib: usize,
    permit: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Takes what is missing for `length` bytes, without waiting: bodies that wait for each other would never end.
    fn grow(&mut self, room: &Arc<Semaphore>, length: usize) -> Result<(), Failure> {
        let needed = length.saturating_sub(BODY_BYTES_FREE).div_ceil(1024);
        let missing = needed.saturating_sub(self.kib);
        if missing == 0 {
            return Ok(());
        }
        let missing_kib = u32::try_from(missing).map_err(|_| Failure::Busy)?;
        let more = Arc::clone(room).try_acquire_many_owned(missing_kib).map_err(|_| Failure::Busy)?;
        self.kib = needed;
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
        Ok(())
    }
}
