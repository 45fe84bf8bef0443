//! [`Session`]: what a client is subscribed to and what waits for it, with or without a connection.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::SUBSCRIPTIONS_MAX;
use crate::{Ended, Limits, Message, Qos};

/// A message on its way to one client.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) message: Message,
    /// How it is sent to this client.
    pub(crate) qos: Qos,
    /// When it came.
    pub(crate) since: Instant,
}

/// What a connection finds in its session.
#[derive(Debug)]
pub(crate) enum Next {
    Deliver(Delivery),
    /// Nothing, or nothing that may be sent before something is acknowledged. The connection is woken when that changes.
    Nothing,
    /// The connection has to end.
    End(Ended),
}

#[derive(Debug)]
struct State {
    /// Which connection holds the session: the newest.
    holder: u64,
    connected: bool,
    /// Why the holder has to end.
    end: Option<Ended>,
    filters: BTreeSet<Box<str>>,
    waiting: VecDeque<Delivery>,
    waiting_bytes: usize,
    /// QoS 1 messages that were sent and not acknowledged, by packet id, oldest first.
    unacknowledged: VecDeque<(u16, Delivery)>,
    /// How long it is kept without a connection.
    keep: Duration,
    /// Of the holder, while it waits for something to do.
    waker: Option<Waker>,
}

/// Wakes a connection once the session is no longer locked.
fn wake(mut state: MutexGuard<'_, State>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client_id: Arc<str>,
    /// [`crate::Guest::name`] of who opened it; nobody else may resume it.
    pub(crate) owner: Arc<str>,
    messages_max: usize,
    bytes_max: usize,
    total_max: usize,
    /// Bytes that wait for all clients together.
    total: Arc<AtomicUsize>,
    state: Mutex<State>,
}

impl Session {
    pub(crate) fn new(client_id: Arc<str>, owner: Arc<str>, limits: &Limits, total: Arc<AtomicUsize>) -> Self {
        Self {
            client_id,
            owner,
            messages_max: limits.waiting_messages,
            bytes_max: limits.waiting_bytes,
            total_max: limits.waiting_bytes_total,
            total,
            state: Mutex::new(State {
                holder: 0,
                connected: false,
                end: None,
                filters: BTreeSet::new(),
                waiting: VecDeque::new(),
                waiting_bytes: 0,
                unacknowledged: VecDeque::new(),
                keep: Duration::ZERO,
                waker: None,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the session to the connection `holder`. One that had it will find that it has to end.
    pub(crate) fn take(&self, holder: u64, keep: Duration) {
        let mut state = self.state();
        state.holder = holder;
        state.connected = true;
        state.end = None;
        state.keep = keep;
        wake(state);
    }

    /// Gives it back; how long to keep it, or `None` if another connection holds it by now.
    pub(crate) fn leave(&self, holder: u64) -> Option<Duration> {
        let mut state = self.state();
        if state.holder != holder {
            return None;
        }
        state.connected = false;
        Some(state.keep)
    }

    /// Changes how long it is kept.
    pub(crate) fn keep_for(&self, keep: Duration) {
        self.state().keep = keep;
    }

    /// Ends the connection that holds it. False without one.
    pub(crate) fn end(&self, why: Ended) -> bool {
        let mut state = self.state();
        let connected = state.connected;
        if connected {
            state.end.get_or_insert(why);
        }
        wake(state);
        connected
    }

    /// Adds a message for its client, if there is room.
    pub(crate) fn offer(&self, message: &Message, wanted: Qos, now: Instant) {
        let qos = wanted.min(message.qos);
        let bytes = message.payload.len();
        let mut state = self.state();
        if !state.connected && qos == Qos::AtMostOnce {
            return;
        }
        let full = state.waiting.len() >= self.messages_max
            || state.waiting_bytes.saturating_add(bytes) > self.bytes_max
            || self.total.load(Ordering::Relaxed).saturating_add(bytes) > self.total_max;
        if full {
            // QoS 0 may be lost. A client that falls behind with QoS 1 is disconnected; what waits is kept if its session is.
            if state.connected && qos == Qos::AtLeastOnce {
                state.end.get_or_insert(Ended::TooSlow);
                wake(state);
            }
            return;
        }
        self.total.fetch_add(bytes, Ordering::Relaxed);
        state.waiting_bytes += bytes;
        state.waiting.push_back(Delivery { message: message.clone(), qos, since: now });
        wake(state);
    }

    /// The next message, if at most `window` are unacknowledged with it. None without a window: the connection has no room,
    /// and only wants to know when to end.
    pub(crate) fn next(&self, holder: u64, window: Option<u16>, cx: &Context<'_>) -> Next {
        let mut state = self.state();
        if state.holder != holder {
            return Next::End(Ended::TakenOver);
        }
        if let Some(why) = state.end {
            return Next::End(why);
        }
        let unacknowledged = state.unacknowledged.len();
        match (state.waiting.front(), window) {
            (Some(first), Some(window)) if first.qos == Qos::AtMostOnce || unacknowledged < usize::from(window) => {}
            _ => {
                if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                    state.waker = Some(cx.waker().clone());
                }
                return Next::Nothing;
            }
        }
        let Some(delivery) = state.waiting.pop_front() else { return Next::Nothing };
        let bytes = delivery.message.payload.len();
        state.waiting_bytes = state.waiting_bytes.saturating_sub(bytes);
        self.total.fetch_sub(bytes, Ordering::Relaxed);
        Next::Deliver(delivery)
    }

    /// A QoS 1 message was sent under a packet id.
    pub(crate) fn sent(&self, packet: u16, delivery: Delivery) {
        self.state().unacknowledged.push_back((packet, delivery));
    }

    /// It was acknowledged.
    pub(crate) fn acknowledged(&self, packet: u16) {
        let mut state = self.state();
        if let Some(at) = state.unacknowledged.iter().position(|(sent, _)| *sent == packet) {
            state.unacknowledged.remove(at);
        }
    }

    /// What an earlier connection sent and its client did not acknowledge, for a new one to send again.
    pub(crate) fn unacknowledged(&self) -> Vec<(u16, Delivery)> {
        self.state().unacknowledged.iter().cloned().collect()
    }

    /// False if it has as many filters as it may.
    pub(crate) fn subscribe(&self, filter: &str) -> bool {
        let mut state = self.state();
        let room = state.filters.contains(filter) || state.filters.len() < SUBSCRIPTIONS_MAX;
        if room {
            state.filters.insert(filter.into());
        }
        room
    }

    /// False if it had no such filter.
    pub(crate) fn unsubscribe(&self, filter: &str) -> bool {
        self.state().filters.remove(filter)
    }

    /// What it is subscribed to.
    pub(crate) fn filters(&self) -> Vec<Box<str>> {
        self.state().filters.iter().cloned().collect()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.total.fetch_sub(state.waiting_bytes, Ordering::Relaxed);
    }
}
