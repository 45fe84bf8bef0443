//! [`Talk`]: the life of a connection after CONNECT. One task reads, asks the host, delivers and writes, so that one
//! socket call carries many packets and an idle connection holds no buffer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use mqtt_protocol_core::mqtt::{Connection, role};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::dialect::Dialect;
use super::greeting::Greeted;
use crate::endpoint::Shared;
use crate::limits::{
    DELIVERIES_IN_FLIGHT_MAX, FLUSH_BYTES, PUBLISH_BYTES_IN_FLIGHT_MAX, PUBLISH_BYTES_TOTAL_MAX,
    PUBLISHES_IN_FLIGHT_MAX, UNWRITTEN_BYTES_MAX,
};
use crate::pipe::{Broken, Pipe, with_scratch};
use crate::publishing::{Answered, Publishing};
use crate::sessions::Held;
use crate::{Ended, Event, Guest, Message};

/// After how many rounds of a busy connection others get their turn.
const ROUNDS_MAX: usize = 16;
pub(super) struct Talk<'a, S> {
    pub(super) shared: &'a Shared,
    pub(super) guest: &'a Guest,
    pub(super) held: Held,
    pub(super) protocol: Connection<role::Server>,
    pub(super) dialect: Dialect,
    pub(super) pipe: Pipe<S>,
    /// Publishes that the host has not answered, in the order in which they came.
    pub(super) publishes: FuturesOrdered<Publishing<'a>>,
    publish_bytes: usize,
    /// The topic that was published to last: mostly it is the same again.
    pub(super) last_topic: Arc<str>,
    /// How many QoS 1 messages may be unacknowledged.
    window: u16,
    will: Option<Message>,
    pub(super) end: Option<Ended>,
    /// The client has been told why, or needs not be.
    pub(super) goodbye_said: bool,
    silence: Duration,
    heard: Instant,
    timer: Pin<Box<Sleep>>,
    rest: Vec<u8>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Talk<'a, S> {
    pub(super) fn new(shared: &'a Shared, guest: &'a Guest, stream: S, greeted: Greeted) -> Self {
        let now = Instant::now();
        let mut talk = Self {
            shared,
            guest,
            held: greeted.held,
            protocol: greeted.protocol,
            dialect: greeted.dialect,
            pipe: Pipe::new(stream),
            publishes: FuturesOrdered::new(),
            publish_bytes: 0,
            last_topic: "".into(),
            window: greeted.window.unwrap_or(u16::MAX).min(DELIVERIES_IN_FLIGHT_MAX),
            will: greeted.will,
            end: None,
            goodbye_said: false,
            silence: greeted.silence,
            heard: now,
            timer: Box::pin(sleep_until(now + greeted.silence.min(shared.limits.write_stall))),
            rest: greeted.rest,
        };
        talk.send(talk.dialect.welcome(&greeted.welcome));
        talk
    }

    /// Until the end, and what is to be done then.
    pub(super) async fn run(mut self: Box<Self>) {
        self.send_again();
        let rest = std::mem::take(&mut self.rest);
        self.take_in(&rest);
        drop(rest);
        let why = poll_fn(|cx| self.poll(cx)).await;
        let left = why != Ended::Disconnected;
        self.shared.sessions.leave(&self.shared.routes, &self.held, Instant::now());
        self.shared.host.noticed(&Event::Disconnected { guest: self.guest, why });
        // What was published shall not be lost because its publisher has gone.
        let _given_up = timeout(self.shared.limits.drain, self.drain()).await;
        self.hold(0);
        if let Some(will) = self.will.take().filter(|_| left) {
            let published = self.shared.publish(self.guest, will, Some(&self.held.session));
            let _given_up = timeout(self.shared.limits.drain, published).await;
        }
        if !self.goodbye_said
            && let Some(packet) = self.dialect.goodbye(why)
        {
            self.pipe.add(&packet);
        }
        self.pipe.close().await;
    }

    async fn drain(&mut self) {
        while let Some(answered) = self.publishes.next().await {
            self.answer(answered);
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        for _ in 0..ROUNDS_MAX {
            let mut moved = false;
            while let Poll::Ready(Some(answered)) = self.publishes.poll_next_unpin(cx) {
                self.answer(answered);
                moved = true;
            }
            moved |= self.deliver(self.window, cx);
            if self.end.is_none() && self.pipe.unwritten() < FLUSH_BYTES && self.may_read() {
                moved |= self.poll_read(cx).is_ready();
            }
            if let Poll::Ready(written) = self.pipe.poll_write(cx, !moved) {
                moved = true;
                if written.is_err() {
                    self.finish(Ended::Lost);
                }
            }
            if let Some(why) = self.end {
                return Poll::Ready(why);
            }
            if !moved {
                return self.poll_timer(cx);
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// No more is read from a client than it lets be answered.
    fn may_read(&mut self) -> bool {
        let may = self.publishes.len() < usize::from(PUBLISHES_IN_FLIGHT_MAX)
            && self.publish_bytes < PUBLISH_BYTES_IN_FLIGHT_MAX
            && (self.publish_bytes == 0 || self.shared.publish_bytes.load(Ordering::Relaxed) < PUBLISH_BYTES_TOTAL_MAX)
            && self.pipe.unwritten() < UNWRITTEN_BYTES_MAX;
        if !may {
            // Its silence is ours.
            self.heard = Instant::now();
        }
        may
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        with_scratch(|scratch| {
            match ready!(self.pipe.poll_read(cx, scratch)) {
                Ok(bytes) => {
                    self.heard = Instant::now();
                    self.take_in(scratch.get(..bytes).unwrap_or_default());
                }
                Err(Broken) => {
                    self.finish(Ended::Lost);
                }
            }
            Poll::Ready(())
        })
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        while self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            let stall = self.shared.limits.write_stall;
            let silent = self.heard + self.silence;
            let stalled = self.pipe.stalled.unwrap_or(now) + stall;
            if silent <= now {
                return Poll::Ready(self.finish(Ended::KeepAlive));
            }
            if stalled <= now {
                return Poll::Ready(self.finish(Ended::TooSlow));
            }
            self.timer.as_mut().reset(silent.min(stalled));
        }
        Poll::Pending
    }

    /// The first reason to end stands.
    pub(super) fn finish(&mut self, why: Ended) -> Ended {
        *self.end.get_or_insert(why)
    }

    pub(super) fn hold_more(&mut self, bytes: usize) {
        self.hold(self.publish_bytes.saturating_add(bytes));
    }

    /// Says how many bytes of payload wait to become durable.
    fn hold(&mut self, bytes: usize) {
        let before = std::mem::replace(&mut self.publish_bytes, bytes);
        let all = &self.shared.publish_bytes;
        if bytes > before {
            all.fetch_add(bytes - before, Ordering::Relaxed);
        } else {
            all.fetch_sub(before - bytes, Ordering::Relaxed);
        }
    }

    pub(super) fn answer(&mut self, answered: Answered) {
        self.hold(self.publish_bytes.saturating_sub(answered.bytes));
        match answered.published {
            Ok(replies) => {
                for reply in &replies {
                    self.shared.route(reply, None);
                }
                if let Some(packet) = answered.packet {
                    self.send(self.dialect.puback(packet, answered.denied));
                }
            }
            Err(crate::Unavailable) => {
                self.finish(Ended::Unavailable);
            }
        }
    }
}
