//! [`Sessions`]: all of them by owner and client id, and those that wait for their client by when they end.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use crate::routes::{Routes, Subscriber};
use crate::session::{Next, Session};
use crate::{Ended, Limits, Qos};

/// A session in the hands of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) session: Arc<Session>,
    /// The connection's number.
    pub(crate) holder: u64,
    /// It was there before.
    pub(crate) resumed: bool,
}

impl Held {
    pub(crate) fn next(&self, window: Option<u16>, cx: &Context<'_>) -> Next {
        self.session.next(self.holder, window, cx)
    }
}

/// The owner's name and the client id: whoever takes a client id disturbs nobody who has another name.
type Key = (Arc<str>, Arc<str>);

fn key(session: &Session) -> Key {
    (Arc::clone(&session.owner), Arc::clone(&session.client_id))
}

#[derive(Debug, Default)]
struct All {
    by_client: HashMap<Key, Arc<Session>>,
    /// Sessions without a connection, by when they end and the number of the connection that left them.
    offline: BTreeMap<(Instant, u64), Arc<Session>>,
    /// Where a client's session is in `offline`.
    ends: HashMap<Key, (Instant, u64)>,
}

#[derive(Debug)]
pub(crate) struct Sessions {
    limits: Limits,
    all: Mutex<All>,
    connections: AtomicU64,
    waiting_bytes: Arc<AtomicUsize>,
}

impl Sessions {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, all: Mutex::default(), connections: AtomicU64::new(0), waiting_bytes: Arc::default() }
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client id that nobody else was given.
    pub(crate) fn invent_client_id(&self) -> Arc<str> {
        format!("auto-{}", self.connections.fetch_add(1, Ordering::Relaxed)).into()
    }

    /// Opens the session of a client, or resumes it unless a `clean` one is wanted. The connection that had it ends.
    pub(crate) fn open(
        &self,
        routes: &Routes,
        client_id: &Arc<str>,
        owner: &Arc<str>,
        clean: bool,
        keep: Duration,
    ) -> Held {
        let holder = self.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let keep = keep.min(self.limits.session_time);
        // one whose time is over is not resumed just because nobody has looked yet
        self.sweep(routes, Instant::now());
        let key = (Arc::clone(owner), Arc::clone(client_id));
        let mut all = self.all();
        if let Some(ends) = all.ends.remove(&key) {
            all.offline.remove(&ends);
        }
        if let Some(session) = all.by_client.get(&key) {
            if !clean {
                let session = Arc::clone(session);
                session.take(holder, keep);
                return Held { session, holder, resumed: true };
            }
            session.end(Ended::TakenOver);
            forget(routes, session);
        }
        let total = Arc::clone(&self.waiting_bytes);
        let session = Arc::new(Session::new(Arc::clone(client_id), Arc::clone(owner), &self.limits, total));
        session.take(holder, keep);
        all.by_client.insert(key, Arc::clone(&session));
        Held { session, holder, resumed: false }
    }

    /// A connection ended.
    pub(crate) fn leave(&self, routes: &Routes, held: &Held, now: Instant) {
        let mut all = self.all();
        if !all.has(&held.session) {
            return;
        }
        let Some(keep) = held.session.leave(held.holder) else { return };
        if keep.is_zero() {
            all.by_client.remove(&key(&held.session));
            forget(routes, &held.session);
            return;
        }
        let ends = (now + keep, held.holder);
        all.offline.insert(ends, Arc::clone(&held.session));
        all.ends.insert(key(&held.session), ends);
        while all.offline.len() > self.limits.offline_sessions && all.give_up_first(routes) {}
    }

    /// Gives up the sessions whose time is over.
    pub(crate) fn sweep(&self, routes: &Routes, now: Instant) {
        let mut all = self.all();
        while all.offline.first_key_value().is_some_and(|((ends, _), _)| *ends <= now) && all.give_up_first(routes) {}
    }

    /// Subscribes what a connection holds to a filter; false if it has as many as it may.
    pub(crate) fn subscribe(&self, routes: &Routes, held: &Held, filter: &str, qos: Qos, no_local: bool) -> bool {
        // locked, so that a session which somebody else just ended is not put into the routes again
        let all = self.all();
        if !all.has(&held.session) || !held.session.subscribe(filter) {
            return false;
        }
        routes.subscribe(filter, Subscriber { session: Arc::clone(&held.session), qos, no_local });
        true
    }

    /// False if it was not subscribed.
    pub(crate) fn unsubscribe(&self, routes: &Routes, held: &Held, filter: &str) -> bool {
        let all = self.all();
        routes.unsubscribe(filter, &held.session);
        let was = held.session.unsubscribe(filter);
        drop(all);
        was
    }

    /// Ends the connections of an owner; how many those are.
    pub(crate) fn end(&self, owner: &str, why: Ended) -> usize {
        self.all().by_client.values().filter(|session| *session.owner == *owner && session.end(why)).count()
    }

    /// Ends all connections.
    pub(crate) fn end_all(&self, why: Ended) {
        for session in self.all().by_client.values() {
            session.end(why);
        }
    }
}

impl All {
    /// False if somebody else has its place by now.
    fn has(&self, session: &Arc<Session>) -> bool {
        self.by_client.get(&key(session)).is_some_and(|current| Arc::ptr_eq(current, session))
    }

    fn give_up_first(&mut self, routes: &Routes) -> bool {
        let Some((_, session)) = self.offline.pop_first() else { return false };
        let key = key(&session);
        self.ends.remove(&key);
        self.by_client.remove(&key);
        forget(routes, &session);
        true
    }
}

/// Takes a session out of the routes.
fn forget(routes: &Routes, session: &Arc<Session>) {
    for filter in session.filters() {
        routes.unsubscribe(&filter, session);
    }
}
