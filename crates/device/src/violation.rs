//! Violation events as they are kept on the board: newest first, and found by thing and by profile without a scan.
//!
//! An event stands under four topics: in the list of all, in those of its thing and of its profile, and under the
//! violation's id with what happened to it last. All four are written at once, with the position of the tape.

use bartizan_ledger::{Posting, StoreError, Write};
use bartizan_policy::Cx;
use bartizan_wire::{Shape, Timestamp};
use serde::{Deserialize, Serialize};

use crate::behavior::{Behavior, ConfidenceLevel, MetricValue};

pub mod tell;
pub mod verification;

/// All events of a realm.
pub const EVENTS: &str = "device/violation-events";
/// Events by thing.
pub const EVENTS_OF_THING: &str = "device/violation-events-of-thing";
/// Events by security profile.
pub const EVENTS_OF_PROFILE: &str = "device/violation-events-of-profile";
/// The last event of each violation, by its id.
pub const VIOLATIONS: &str = "device/violations";

/// How long events are kept, in days [IoT Device Defender quotas].
pub const RETENTION_DAYS: i64 = 30;
/// Events that are looked at for one page at most; a page may be shorter than asked for, and says how to go on.
pub const LOOKED_AT_MAX: usize = 5_000;
/// Events that are read from the board or removed from it at once.
const BATCH: u16 = 500;
/// Between the name and the time in a key: sorts before every character that a name may have.
const SEPARATOR: char = '\u{1}';

/// What happened to a violation [IoT API reference, `ViolationEventType`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[shape(name = "ViolationEventType")]
pub enum EventKind {
    /// It began.
    #[default]
    InAlarm,
    /// The device behaves again.
    AlarmCleared,
    /// It cannot be said any more: nothing was heard, or the behavior does not hold for the device any more.
    AlarmInvalidated,
}

impl EventKind {
    /// As a character of a key, in the order in which they happen.
    const fn mark(self) -> char {
        match self {
            Self::InAlarm => 'a',
            Self::AlarmCleared => 'c',
            Self::AlarmInvalidated => 'i',
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The violation's: 32 hexadecimal digits.
    pub id: String,
    /// Of which thing.
    pub thing: String,
    /// Of which security profile.
    pub profile: String,
    /// The behavior as it stood.
    pub behavior: Behavior,
    /// What was measured; nothing where nothing was heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<MetricValue>,
    /// Of detection by a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<ConfidenceLevel>,
    /// What happened.
    pub kind: EventKind,
    /// The time of the datapoint that decided (decision 19).
    pub at: Timestamp,
}

impl Event {
    /// Its place in the list of all.
    fn place(&self) -> String {
        format!("{}{}{}", inverted(self.at), self.id, self.kind.mark())
    }

    /// What keeps it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn writes(&self) -> Result<[Write; 4], StoreError> {
        let body = serde_json::to_vec(self).map_err(|error| StoreError::Failed(error.to_string()))?;
        let place = self.place();
        let post =
            |topic: &str, subject: String| Write::post(topic, Posting { subject, at: self.at, body: body.clone() });
        Ok([
            post(EVENTS_OF_THING, format!("{}{SEPARATOR}{place}", self.thing)),
            post(EVENTS_OF_PROFILE, format!("{}{SEPARATOR}{place}", self.profile)),
            post(VIOLATIONS, self.id.clone()),
            post(EVENTS, place),
        ])
    }
}

/// The later, the smaller: what lists by key lists the newest first.
fn inverted(at: Timestamp) -> String {
    format!("{:016x}", i64::MAX.wrapping_sub(at.0).cast_unsigned())
}

/// Which events are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Only of this thing.
    pub thing: Option<&'a str>,
    /// Only of this profile.
    pub profile: Option<&'a str>,
    /// Not before.
    pub from: Timestamp,
    /// Not after.
    pub to: Timestamp,
    /// The place of the last event of the page before.
    pub after: Option<&'a str>,
    /// At most so many.
    pub limit: usize,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Newest first.
    pub events: Vec<Event>,
    /// Where the next page begins, if there may be one.
    pub next: Option<String>,
}

/// Events of a query for which `keep` holds, newest first.
///
/// # Errors
/// When the store fails.
pub async fn list(cx: &Cx, query: &Query<'_>, keep: impl Fn(&Event) -> bool) -> Result<Page, StoreError> {
    let (topic, prefix) = match (query.thing, query.profile) {
        (Some(thing), _) => (EVENTS_OF_THING, format!("{thing}{SEPARATOR}")),
        (None, Some(profile)) => (EVENTS_OF_PROFILE, format!("{profile}{SEPARATOR}")),
        (None, None) => (EVENTS, String::new()),
    };
    let mut after = match query.after {
        Some(place) => format!("{prefix}{place}"),
        None => format!("{prefix}{}", inverted(Timestamp(query.to.0.saturating_add(1)))) + "~",
    };
    let mut page = Page::default();
    let mut looked_at = 0;
    loop {
        let postings = cx.board.list(&cx.realm, topic, Some(&after), BATCH).await?;
        let full = postings.len() >= usize::from(BATCH);
        for posting in postings {
            let Some(place) = posting.subject.strip_prefix(&prefix) else { return Ok(page) };
            let event = read(&posting)?;
            if event.at < query.from {
                return Ok(page);
            }
            let other = query.profile.is_some_and(|profile| event.profile != profile);
            if !other && event.at <= query.to && keep(&event) {
                if page.events.len() >= query.limit {
                    page.next = page.events.last().map(Event::place);
                    return Ok(page);
                }
                page.events.push(event);
            }
            looked_at += 1;
            if looked_at >= LOOKED_AT_MAX {
                page.next = Some(place.to_owned());
                return Ok(page);
            }
            after = posting.subject;
        }
        if !full {
            return Ok(page);
        }
    }
}

/// The last event of a violation.
///
/// # Errors
/// When the store fails.
pub async fn find(cx: &Cx, id: &str) -> Result<Option<Event>, StoreError> {
    cx.board.find(&cx.realm, VIOLATIONS, id).await?.as_ref().map(read).transpose()
}

/// The last event of every violation that is known, if `keep` holds for it; in the order of ids.
///
/// # Errors
/// When the store fails.
pub async fn latest(cx: &Cx, keep: impl Fn(&Event) -> bool) -> Result<Vec<Event>, StoreError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let postings = cx.board.list(&cx.realm, VIOLATIONS, after.as_deref(), BATCH).await?;
        let full = postings.len() >= usize::from(BATCH);
        for posting in postings {
            let event = read(&posting)?;
            if keep(&event) {
                found.push(event);
            }
            after = Some(posting.subject);
        }
        if !full {
            return Ok(found);
        }
    }
}

/// The event with which a violation began; none if it is older than events are kept.
///
/// # Errors
/// When the store fails.
pub async fn beginning(cx: &Cx, event: &Event) -> Result<Option<Event>, StoreError> {
    let (thing, from) = (Some(event.thing.as_str()), Timestamp(i64::MIN));
    let mut after: Option<String> = None;
    loop {
        let profile = Some(event.profile.as_str());
        let query = Query { thing, profile, from, to: event.at, after: after.as_deref(), limit: 1 };
        let page = list(cx, &query, |one| one.id == event.id && one.kind == EventKind::InAlarm).await?;
        if let Some(began) = page.events.into_iter().next() {
            return Ok(Some(began));
        }
        let Some(next) = page.next else { return Ok(None) };
        after = Some(next);
    }
}

/// Forgets events that are older than they are kept. Returns how many.
///
/// # Errors
/// When the store fails.
pub async fn prune(cx: &Cx) -> Result<usize, StoreError> {
    let oldest = cx.now.plus_days(-RETENTION_DAYS);
    let mut pruned = 0;
    loop {
        let after = inverted(oldest) + "~";
        let old = cx.board.list(&cx.realm, EVENTS, Some(&after), BATCH).await?;
        if old.is_empty() {
            return Ok(pruned);
        }
        pruned += old.len();
        let mut writes = Vec::with_capacity(old.len() * 4);
        for posting in &old {
            let event = read(posting)?;
            let place = &posting.subject;
            writes.push(Write::remove(EVENTS_OF_THING, format!("{}{SEPARATOR}{place}", event.thing)));
            writes.push(Write::remove(EVENTS_OF_PROFILE, format!("{}{SEPARATOR}{place}", event.profile)));
            // A violation is known for as long as it holds, however long ago it began.
            if event.kind != EventKind::InAlarm {
                writes.push(Write::remove(VIOLATIONS, event.id.clone()));
                writes.push(Write::remove(verification::TOPIC, event.id));
            }
            writes.push(Write::remove(EVENTS, place.clone()));
        }
        cx.board.write(&cx.realm, writes).await?;
    }
}

fn read(posting: &Posting) -> Result<Event, StoreError> {
    serde_json::from_slice(&posting.body)
        .map_err(|error| StoreError::Damaged(format!("violation event `{}`: {error}", posting.subject.escape_debug())))
}
