//! Cloud-side metrics: what the broker notices is counted by thing until the window closes, and then is one observation.
//!
//! What was counted is marked on the tape from time to time ([`Settings::mark_interval_ms`]), so that a program that ends
//! without warning loses no more of the open window than what came since. To count every message durably would cost a
//! flush of the disk each, for messages that are not durable themselves.
//!
//! [`Settings::mark_interval_ms`]: super::settings::Settings::mark_interval_ms

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use ahash::AHashMap;
use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

use super::filter::fits;
use super::notice::{Noticed, NoticedEvent};
use crate::behavior::{DimensionValueOperator, MetricValue};
use crate::metric::{DISCONNECT_DURATION, MESSAGE_BYTE_SIZE, MESSAGE_BYTE_SIZE_MAX, MESSAGE_BYTE_SIZE_MIN};
use crate::observe::{Datapoint, Measured};

/// Things that are counted in one window at most. What others do is counted as not seen.
pub const THINGS_MAX: usize = 200_000;
/// Addresses of one thing that are told apart in one window.
pub const ADDRESSES_MAX: usize = 256;
/// How long a thing that is gone is remembered, in days: as long as metrics are kept.
const GONE_DAYS: i64 = 14;

const SENT: &str = "aws:num-messages-sent";
const RECEIVED: &str = "aws:num-messages-received";
const DENIED: &str = "aws:num-authorization-failures";
const ADDRESS: &str = "aws:source-ip-address";
/// Datapoints of a thing in one window without those that are narrowed.
const DATAPOINTS: usize = 10;

/// A dimension's name, and how it selects.
type Dimension = (Arc<str>, DimensionValueOperator);

/// The metrics that a window tells of, made once and shared.
struct Names {
    attempts: Arc<str>,
    disconnects: Arc<str>,
    gone: Arc<str>,
    smallest: Arc<str>,
    largest: Arc<str>,
    /// Those of a [`Tally`].
    tallied: [Arc<str>; 5],
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    attempts: "aws:num-connection-attempts".into(),
    disconnects: "aws:num-disconnects".into(),
    gone: DISCONNECT_DURATION.into(),
    smallest: MESSAGE_BYTE_SIZE_MIN.into(),
    largest: MESSAGE_BYTE_SIZE_MAX.into(),
    tallied: [SENT, RECEIVED, DENIED, MESSAGE_BYTE_SIZE, ADDRESS].map(Into::into),
});

/// A metric that is narrowed to some topics because a profile asks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Narrowed {
    /// The metric with its dimension.
    pub measured: Measured,
    /// The dimension's topic filters.
    pub filters: Arc<[String]>,
}

/// The window that is open.
#[derive(Debug, Default)]
pub struct Windows {
    /// Since the last mark.
    things: AHashMap<Arc<str>, Counts>,
    /// Before it, in the same window.
    marked: AHashMap<Arc<str>, Counts>,
    connected: AHashMap<Arc<str>, u32>,
    disconnected: AHashMap<Arc<str>, Timestamp>,
    unseen: u64,
}

/// What one thing did. Short names where it is stored, because there are many.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    #[serde(rename = "a", skip_serializing_if = "is_zero")]
    attempts: i64,
    #[serde(rename = "x", skip_serializing_if = "is_zero")]
    disconnects: i64,
    #[serde(rename = "m", skip_serializing_if = "Tally::is_empty")]
    all: Tally,
    #[serde(rename = "n", skip_serializing_if = "BTreeMap::is_empty", with = "pairs")]
    narrowed: BTreeMap<Dimension, Tally>,
}

/// A map as a list: keys of JSON are texts.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{Dimension, Tally};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Dimension, Tally>, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Dimension, Tally>, D::Error> {
        Ok(Vec::<(Dimension, Tally)>::deserialize(from)?.into_iter().collect())
    }
}

/// Messages, of all topics or of some.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Tally {
    #[serde(rename = "s", skip_serializing_if = "is_zero")]
    sent: i64,
    #[serde(rename = "r", skip_serializing_if = "is_zero")]
    received: i64,
    #[serde(rename = "d", skip_serializing_if = "is_zero")]
    denied: i64,
    #[serde(rename = "b", skip_serializing_if = "is_zero")]
    bytes: i64,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    smallest: Option<i64>,
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    largest: Option<i64>,
    #[serde(rename = "i", skip_serializing_if = "BTreeSet::is_empty")]
    addresses: BTreeSet<IpAddr>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// What a closed window has counted.
#[derive(Debug, Default)]
pub struct Closed {
    /// Things that were active or are connected, and whether they are.
    counted: Vec<(Arc<str>, Counts, bool)>,
    /// For how many seconds others have not been connected.
    gone: Vec<(Arc<str>, i64)>,
    /// Events of things beyond [`THINGS_MAX`].
    pub unseen: u64,
}

impl Windows {
    /// Counts an event.
    pub fn notice(&mut self, noticed: &Noticed, narrowed: &[Narrowed], now: Timestamp) {
        let thing = &noticed.thing;
        match noticed.event {
            NoticedEvent::Connected if self.connected.len() < THINGS_MAX => {
                *self.connected.entry(Arc::clone(thing)).or_default() += 1;
                self.disconnected.remove(thing);
            }
            NoticedEvent::Disconnected => self.disconnect(thing, now),
            _ => {}
        }
        if self.things.len().max(self.marked.len()) >= THINGS_MAX
            && !self.things.contains_key(thing)
            && !self.marked.contains_key(thing)
        {
            self.unseen += 1;
            return;
        }
        let counts = match self.things.get_mut(thing) {
            Some(counts) => counts,
            None => self.things.entry(Arc::clone(thing)).or_default(),
        };
        match noticed.event {
            NoticedEvent::Connected | NoticedEvent::Refused => counts.attempts += 1,
            NoticedEvent::Disconnected => counts.disconnects += 1,
            _ => {}
        }
        counts.all.add(noticed);
        let Some(topic) = noticed.event.topic() else { return };
        let mut told = BTreeSet::new();
        for one in narrowed {
            let Some((dimension, operator)) = &one.measured.dimension else { continue };
            // One dimension may narrow several metrics, which share its tally.
            if !told.insert((dimension, operator)) {
                continue;
            }
            let any = one.filters.iter().any(|filter| fits(filter, topic, thing));
            if any == (*operator == DimensionValueOperator::In) {
                counts.narrowed.entry((Arc::clone(dimension), *operator)).or_default().add(noticed);
            }
        }
    }

    fn disconnect(&mut self, thing: &Arc<str>, now: Timestamp) {
        if let Some(connections) = self.connected.get_mut(thing) {
            *connections = connections.saturating_sub(1);
            if *connections > 0 {
                return;
            }
            self.connected.remove(thing);
        }
        if self.disconnected.len() < THINGS_MAX {
            self.disconnected.insert(Arc::clone(thing), now);
        }
    }

    /// A thing is known not to be connected since then: from what was recorded before the program started.
    pub fn recall(&mut self, thing: &Arc<str>, disconnected: Option<Timestamp>, now: Timestamp) {
        if self.disconnected.len() < THINGS_MAX {
            self.disconnected.insert(Arc::clone(thing), disconnected.unwrap_or(now));
        }
    }

    /// Takes out what was counted since the last mark, to be made durable. Whoever does so hands it back with
    /// [`marked`](Self::marked), or with [`unmarked`](Self::unmarked) if it did not become so.
    pub fn since_mark(&mut self) -> AHashMap<Arc<str>, Counts> {
        std::mem::take(&mut self.things)
    }

    /// These counts of the open window are durable.
    pub fn marked(&mut self, counts: AHashMap<Arc<str>, Counts>) {
        add_all(&mut self.marked, counts);
    }

    /// These counts of the open window are not durable yet.
    pub fn unmarked(&mut self, counts: AHashMap<Arc<str>, Counts>) {
        add_all(&mut self.things, counts);
    }

    /// What is durable of the open window.
    pub fn marks(&self) -> Vec<(Arc<str>, Counts)> {
        self.marked.iter().map(|(thing, counts)| (Arc::clone(thing), counts.clone())).collect()
    }

    /// Closes the window that ends at `at`, and takes what was counted out.
    pub fn close(&mut self, at: Timestamp) -> Closed {
        let since = std::mem::take(&mut self.things);
        let mut things = std::mem::take(&mut self.marked);
        add_all(&mut things, since);
        let idle: Vec<Arc<str>> = self.connected.keys().filter(|thing| !things.contains_key(*thing)).cloned().collect();
        let mut counted = Vec::with_capacity(things.len() + idle.len());
        for (thing, counts) in things {
            let connected = self.connected.contains_key(&thing);
            counted.push((thing, counts, connected));
        }
        counted.extend(idle.into_iter().map(|thing| (thing, Counts::default(), true)));
        self.disconnected.retain(|_, since| since.plus_days(GONE_DAYS) > at);
        let seconds = |since: &Timestamp| at.0.saturating_sub(since.0).max(0) / 1000;
        let gone = self.disconnected.iter().map(|(thing, since)| (Arc::clone(thing), seconds(since))).collect();
        Closed { counted, gone, unseen: std::mem::take(&mut self.unseen) }
    }
}

fn add_all(to: &mut AHashMap<Arc<str>, Counts>, more: AHashMap<Arc<str>, Counts>) {
    if to.is_empty() {
        *to = more;
        return;
    }
    for (thing, counts) in more {
        to.entry(thing).or_default().add_all(counts);
    }
}

/// What a closed window tells of one thing.
#[derive(Debug, Default)]
struct Told {
    /// What it did, if it was active or is connected.
    counts: Option<Counts>,
    /// For how many seconds it has not been connected.
    gone: Option<i64>,
}

impl Closed {
    /// What it says, in the order of things' names; made as it is asked for, because there may be very many. There is a
    /// datapoint of a thing that was active or is connected; a zero is one too. How long a thing has been gone is told for
    /// those of which somebody asks.
    pub fn things(
        self,
        narrowed: &[Narrowed],
        asked_for_gone: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (Arc<str>, Vec<Datapoint>)> {
        let mut things: AHashMap<Arc<str>, Told> = AHashMap::with_capacity(self.counted.len());
        for (thing, counts, connected) in self.counted {
            things.insert(thing, Told { counts: Some(counts), gone: connected.then_some(0) });
        }
        for (thing, seconds) in self.gone.into_iter().filter(|(thing, _)| asked_for_gone(thing)) {
            things.entry(thing).or_default().gone = Some(seconds);
        }
        let mut things: Vec<_> = things.into_iter().collect();
        things.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        things.into_iter().map(|(thing, Told { counts, gone })| {
            let mut datapoints = counts.map_or_else(Vec::new, |counts| counts.datapoints(narrowed));
            datapoints.extend(gone.map(|seconds| count(&NAMES.gone, None, seconds)));
            (thing, datapoints)
        })
    }
}

impl Tally {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add_all(&mut self, other: Self) {
        self.sent = self.sent.saturating_add(other.sent);
        self.received = self.received.saturating_add(other.received);
        self.denied = self.denied.saturating_add(other.denied);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.smallest = [self.smallest, other.smallest].into_iter().flatten().min();
        self.largest = self.largest.max(other.largest);
        let room = ADDRESSES_MAX.saturating_sub(self.addresses.len());
        self.addresses.extend(other.addresses.into_iter().take(room));
    }

    fn add(&mut self, noticed: &Noticed) {
        match &noticed.event {
            NoticedEvent::Sent { bytes, .. } => {
                let bytes = i64::try_from(*bytes).unwrap_or(i64::MAX);
                self.sent += 1;
                self.bytes = self.bytes.saturating_add(bytes);
                self.smallest = Some(self.smallest.map_or(bytes, |smallest| smallest.min(bytes)));
                self.largest = Some(self.largest.map_or(bytes, |largest| largest.max(bytes)));
            }
            NoticedEvent::Received { .. } => self.received += 1,
            NoticedEvent::Denied { .. } | NoticedEvent::Refused => self.denied += 1,
            NoticedEvent::Connected | NoticedEvent::Disconnected => {}
        }
        if let Some(address) = noticed.address
            && self.addresses.len() < ADDRESSES_MAX
        {
            self.addresses.insert(address.to_canonical());
        }
    }

    /// The datapoint of a metric that may be narrowed; `None` for others, and where nothing was measured.
    fn datapoint(&self, metric: &Arc<str>, dimension: Option<&Dimension>) -> Option<Datapoint> {
        let value = match metric.as_ref() {
            SENT => self.sent,
            RECEIVED => self.received,
            DENIED => self.denied,
            MESSAGE_BYTE_SIZE if self.sent > 0 => self.bytes,
            ADDRESS if !self.addresses.is_empty() => {
                let cidrs = self.addresses.iter().map(ToString::to_string).collect();
                let measured = Measured { metric: Arc::clone(metric), dimension: dimension.cloned() };
                return Some(Datapoint {
                    measured,
                    value: MetricValue { cidrs: Some(cidrs), ..MetricValue::default() },
                });
            }
            _ => return None,
        };
        Some(count(metric, dimension, value))
    }

    /// The sizes of messages beside their total.
    fn extremes(&self, dimension: Option<&Dimension>) -> impl Iterator<Item = Datapoint> {
        let sizes = [(&NAMES.smallest, self.smallest), (&NAMES.largest, self.largest)];
        sizes.into_iter().filter_map(move |(name, size)| size.map(|size| count(name, dimension, size)))
    }
}

impl Counts {
    /// What was counted later of the same thing, in the same window.
    pub fn add_all(&mut self, other: Self) {
        self.attempts = self.attempts.saturating_add(other.attempts);
        self.disconnects = self.disconnects.saturating_add(other.disconnects);
        self.all.add_all(other.all);
        for (dimension, tally) in other.narrowed {
            self.narrowed.entry(dimension).or_default().add_all(tally);
        }
    }

    fn datapoints(&self, narrowed: &[Narrowed]) -> Vec<Datapoint> {
        let mut datapoints = Vec::with_capacity(DATAPOINTS);
        datapoints.push(count(&NAMES.attempts, None, self.attempts));
        datapoints.push(count(&NAMES.disconnects, None, self.disconnects));
        datapoints.extend(NAMES.tallied.iter().filter_map(|metric| self.all.datapoint(metric, None)));
        datapoints.extend(self.all.extremes(None));
        let none = Tally::default();
        for Narrowed { measured, .. } in narrowed {
            let Some(dimension) = &measured.dimension else { continue };
            let tally = self.narrowed.get(dimension).unwrap_or(&none);
            datapoints.extend(tally.datapoint(&measured.metric, Some(dimension)));
            if measured.metric.as_ref() == MESSAGE_BYTE_SIZE {
                datapoints.extend(tally.extremes(Some(dimension)));
            }
        }
        datapoints
    }
}

fn count(metric: &Arc<str>, dimension: Option<&Dimension>, value: i64) -> Datapoint {
    Datapoint {
        measured: Measured { metric: Arc::clone(metric), dimension: dimension.cloned() },
        value: MetricValue { count: Some(value), ..MetricValue::default() },
    }
}
