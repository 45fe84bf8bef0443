//! A start without a snapshot that can be read: the state is put together from what else there is.
//!
//! The columns hold what was measured, up to the position that they were sealed to, and the ledger the documents with the
//! times of their commits. From both comes what was on the tape once, and it is judged again: as far back as alarms, runs
//! and sums reach, and models where there are any. Which alarms hold is taken from the board, because that is what people
//! were told: ids and beginnings stay. Everything behind the sealed position is still on the tape, and is judged from
//! there as after every start. Nothing of what is found on the way is told again.
//!
//! Not as before are the ids of reports that were accepted in the last moments before the seal (such a report that is sent
//! again is refused as too early, and not acknowledged again), the time of the day at which models are built, and that a
//! custom metric was negative once, if that is longer ago than what is judged again: it has percentiles then.

mod past;

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_ledger::{Entry, Seq, StoreError};
use bartizan_policy::{Cx, Position, aside};
use bartizan_wire::Timestamp;

use super::DeviceRoom;
use super::book::Book;
use super::keep::DAYS_WITH_MODELS;
use super::mark::Open;
use super::record::TRACK;
use super::recover::sealed;
use super::rules::{Covering, Rules};
use super::snapshot::Memory;
use super::statistics::Statistics;
use super::ward::State;
use super::work::entries_between;
use crate::engine::{Engine, Told};
use crate::violation::{self, Event, EventKind};
use past::Past;

/// Days that are judged again where no model learns: an alarm of which nothing was heard for two is over.
const DAYS: i64 = 3;

/// What was done about a snapshot that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// What is wrong with it.
    pub why: String,
    /// Datapoints of the columns that were judged again.
    pub datapoints: u64,
    /// Violations that went on as people know them.
    pub held: usize,
    /// Violations that nothing judges any more: they are told to be invalidated.
    pub invalidated: usize,
}

/// The documents as they stood where the columns end.
struct Documents {
    entries: Vec<Entry>,
    /// The place in the ledger.
    seq: Seq,
    rules: Rules,
}

impl DeviceRoom {
    /// The state as it was where the columns end. `known` is what the snapshot could still say of itself.
    pub(super) async fn rebuilt(
        &self,
        cx: &Cx,
        why: String,
        known: Option<Memory>,
    ) -> Result<(State, Open, Option<Rebuilt>), StoreError> {
        let position = known.as_ref().map(|memory| memory.position).unwrap_or_default();
        let (sealed, unreadable) = sealed(cx, position).await?;
        let cut = sealed.max(position);
        // What the snapshot says holds for its own place only.
        let known = known.filter(|memory| memory.position == cut);
        let behind = cx.tape.read_after(&cx.realm, TRACK, cut, 1).await?;
        // Times on the tape do not go back: what is earlier than this was judged before the cut.
        let until = behind.first().map_or(Timestamp(i64::MAX), |(_, recording)| recording.at);
        let documents = documents(cx, known.as_ref().map(|memory| memory.seq), until).await?;
        let told = told(cx, until).await?;
        let (mut state, past, recent) = self.begun(cx, &documents, cut, until, unreadable.is_none()).await?;
        let events: BTreeMap<String, Event> =
            told.iter().map(|(told, event)| (told.id.to_string(), event.clone())).collect();
        let told: Vec<Told> = told.into_iter().map(|(told, _)| told).collect();
        let (mut state, datapoints, orphans) = aside(move || {
            let datapoints = past.map_or(Ok(0), |past| past.judge(&mut state, recent, cut))?;
            let orphans = state.take_over(told);
            Ok::<_, StoreError>((state, datapoints, orphans))
        })
        .await??;
        let mut open = Open::default();
        if let Some(memory) = known {
            open = Open::new(memory.open, memory.latest);
            state.latest = state.latest.max(memory.latest);
            state.gone = memory.gone.into_iter().collect();
            for (thing, at, id) in memory.throttle {
                state.throttle.accepted(&thing, &id, at);
            }
        }
        (state.judged, state.followed) = (cut, documents.seq);
        // A snapshot that can be read is due now.
        state.sealed_at = Timestamp(0);
        for event in orphans.iter().filter_map(|told| events.get(&told.id.to_string())) {
            let at = state.time(cx.now);
            state.write(&Event { kind: EventKind::AlarmInvalidated, value: None, at, ..event.clone() })?;
        }
        let rebuilt = Rebuilt { why, datapoints, held: state.actives.len(), invalidated: orphans.len() };
        Ok((state, open, Some(rebuilt)))
    }

    /// Where the past begins to be judged again: the state then, what was measured since, and what was committed since.
    /// Where columns do not read back there is no past, and the alarms that people were told of are all that is left.
    async fn begun(
        &self,
        cx: &Cx,
        documents: &Documents,
        cut: Position,
        until: Timestamp,
        readable: bool,
    ) -> Result<(State, Option<Past>, Vec<Entry>), StoreError> {
        let days = if documents.rules.compile()?.has_models() { DAYS_WITH_MODELS } else { DAYS };
        let since = if readable { cx.now.plus_days(-days) } else { Timestamp(i64::MAX) };
        let (old, recent) = documents.entries.split_at(documents.entries.partition_point(|e| e.stamp.at < since));
        let mut book = Book::default();
        book.apply_all(old, old.last().map_or(Seq(0), |entry| entry.seq))?;
        let engine = Engine::salted(Arc::clone(book.rules.compile()?.plan()), self.salt);
        let mut state = self.state(cx, Memory::default(), book, engine).await?;
        // All of it was written and is in columns.
        (state.written, state.sealed) = (state.written.max(cut), state.sealed.max(cut));
        if !readable {
            return Ok((state, None, Vec::new()));
        }
        let past = Past {
            view: cx.series.view(&cx.realm, TRACK)?,
            measures: cx.series.measures(&cx.realm, TRACK).await?,
            customs: Arc::clone(documents.rules.customs()),
            period_ms: self.settings.period_ms(),
            since,
            now: cx.now,
            until,
        };
        Ok((state, Some(past), recent.to_vec()))
    }
}

impl State {
    /// The alarms that hold are those that people were told of; what else was found on the way is forgotten. Answers
    /// those that nothing judges any more.
    fn take_over(&mut self, told: Vec<Told>) -> Vec<Told> {
        let covering = Covering { compiled: &self.compiled, places: self.book.fleet.as_ref() };
        let orphans = self.engine.reconcile(&covering, told);
        self.list_actives();
        self.unwritten.clear();
        self.exports.clear();
        self.statistics = Statistics::default();
        orphans
    }
}

/// The documents as of a place in the ledger, or else as of a time.
async fn documents(cx: &Cx, seq: Option<Seq>, until: Timestamp) -> Result<Documents, StoreError> {
    let (mut entries, mut reached) = entries_between(cx, Seq(0), seq).await?;
    match seq {
        Some(seq) => reached = seq,
        None => {
            if let Some(later) = entries.iter().position(|entry| entry.stamp.at >= until) {
                entries.truncate(later);
                reached = entries.last().map_or(Seq(0), |entry| entry.seq);
            }
        }
    }
    let mut rules = Rules::default();
    for entry in &entries {
        rules.apply(entry)?;
    }
    Ok(Documents { entries, seq: reached, rules })
}

/// The alarms that held at a time, as people were told of them, each with the event of its beginning.
async fn told(cx: &Cx, until: Timestamp) -> Result<Vec<(Told, Event)>, StoreError> {
    let mut held = Vec::new();
    // One that has ended later than that held.
    let may_hold = |event: &Event| event.kind == EventKind::InAlarm || event.at >= until;
    for event in violation::latest(cx, may_hold).await? {
        let began =
            if event.kind == EventKind::InAlarm { Some(event) } else { violation::beginning(cx, &event).await? };
        let Some(began) = began.filter(|event| event.at < until) else { continue };
        let Ok(id) = began.id.parse() else { continue };
        let told = Told {
            thing: began.thing.as_str().into(),
            profile: began.profile.as_str().into(),
            behavior: began.behavior.name.as_str().into(),
            id,
            started: began.at,
            value: began.value.clone(),
        };
        held.push((told, began));
    }
    Ok(held)
}
