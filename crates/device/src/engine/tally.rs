//! What behaviors did over a span: how often which thing was in alarm.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_policy::{Columns, Sink, Span};
use bartizan_wire::Timestamp;

use super::finding::Finding;
use super::replay::{Event, Events, Kind, PERIOD_MS, Replay};

/// What one behavior did over a span.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Alarms that began in the span, by thing.
    pub alarms: BTreeMap<Arc<str>, u32>,
    /// Things that were in alarm at some time in the span.
    pub alarmed: BTreeSet<Arc<str>>,
    /// Things that are in alarm at its end.
    pub holding: BTreeSet<Arc<str>>,
    /// Things that a datapoint was seen of; filled by [`tally`] only.
    pub heard: BTreeSet<Arc<str>>,
    /// Datapoints that were judged, those before the span included; filled by [`tally`] only.
    pub judged: u64,
    /// How many of them violate.
    pub violating: u64,
    /// Datapoints of the span that were not judged, because a model had not learned enough; filled by [`tally`] only.
    pub unjudged: u64,
}

/// Counts findings by profile and behavior. What happens before the span warms up: alarms that begin there are not
/// counted, and are known to hold.
#[derive(Debug)]
pub struct Tallies {
    span: Span,
    tallies: BTreeMap<(Arc<str>, Arc<str>), Tally>,
    /// Why something was not judged, and how often.
    pub blind: BTreeMap<&'static str, u64>,
}

impl Tallies {
    /// Nothing found yet.
    #[must_use]
    pub const fn new(span: Span) -> Self {
        Self { span, tallies: BTreeMap::new(), blind: BTreeMap::new() }
    }

    /// By profile and behavior.
    #[must_use]
    pub fn finish(mut self) -> BTreeMap<(Arc<str>, Arc<str>), Tally> {
        for tally in self.tallies.values_mut() {
            tally.alarmed.extend(tally.holding.iter().cloned());
        }
        self.tallies
    }
}

impl Sink<Finding> for Tallies {
    fn finding(&mut self, finding: Finding) {
        let verdict = finding.verdict();
        let (thing, at) = (verdict.thing.clone(), verdict.at);
        if at >= self.span.to {
            return;
        }
        let inside = at >= self.span.from;
        let tally = self.tallies.entry((verdict.profile.clone(), verdict.behavior.clone())).or_default();
        match finding {
            Finding::Alarm(_) => {
                tally.holding.insert(thing.clone());
                if inside {
                    *tally.alarms.entry(thing).or_default() += 1;
                }
            }
            Finding::Refreshed(_) => {}
            Finding::Cleared(_) | Finding::Invalidated(_) => {
                tally.holding.remove(&thing);
                if inside {
                    tally.alarmed.insert(thing);
                }
            }
        }
    }

    fn blind(&mut self, why: &'static str) {
        *self.blind.entry(why).or_default() += 1;
    }
}

/// Hands out the rows of a span, call by call, such as [`Series::replay`](bartizan_policy::Series::replay) does.
pub type Source<'a, E> = dyn FnMut(Span, &mut dyn FnMut(&Columns<'_>)) -> Result<(), E> + 'a;

/// How much of the fleet's time is kept at once where percentiles are taken: an hour.
const STEP_MS: i64 = 12 * PERIOD_MS;

/// Replays one behavior over columns. `columns` hands out the rows of what [`Replay::measured`] names. Replaying begins at
/// `warm` so that windows and runs are full when the span begins; a day before it is enough for what no alarm of two days
/// decides, and a model needs the [days that it learns](super::LEARNING_DAYS).
///
/// # Errors
/// Those of `columns`.
pub fn tally<E>(
    mut replay: Replay,
    warm: Timestamp,
    span: Span,
    covers: &dyn Fn(&str) -> bool,
    columns: &mut Source<'_, E>,
) -> Result<Tally, E> {
    let mut counts = Counts { span, things: Vec::new(), unjudged: 0 };
    let mut names = Names::default();
    // windows hold their end: one more millisecond than their times
    let step = |from: i64| from.div_euclid(STEP_MS).saturating_add(1).saturating_mul(STEP_MS).saturating_add(1);
    let mut from = warm.0.min(span.from.0);
    while from < span.to.0 {
        let to = if replay.needs_ticks() { step(from).min(span.to.0) } else { span.to.0 };
        names.begin();
        columns(Span { from: Timestamp(from), to: Timestamp(to) }, &mut |columns| {
            let subject = names.own(columns);
            let columns = Columns { subjects: &names.all, subject: &subject, ..*columns };
            replay.take_in(&columns, covers, &mut counts);
        })?;
        replay.advance_to(Timestamp(to - 1), &mut counts);
        from = to;
    }
    replay.end_at(Timestamp(span.to.0.saturating_sub(1)), &mut counts);
    let (judged, violating) = replay.judged();
    let counted = || names.all.iter().cloned().zip(&counts.things);
    let alarms = counted().filter(|(_, count)| count.alarms > 0).map(|(name, count)| (name, count.alarms)).collect();
    let holding = counted().filter(|(_, count)| count.holding).map(|(name, _)| name).collect();
    let alarmed = counted().filter(|(_, count)| count.alarmed || count.holding).map(|(name, _)| name).collect();
    let heard = names.all.iter().filter(|name| covers(name)).cloned().collect();
    let unjudged = counts.unjudged;
    Ok(Tally { alarms, alarmed, holding, heard, judged, violating, unjudged })
}

/// What became of one thing.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Alarms that began in the span.
    alarms: u32,
    holding: bool,
    /// An alarm ended in the span.
    alarmed: bool,
}

struct Counts {
    span: Span,
    /// By code.
    things: Vec<Count>,
    unjudged: u64,
}

impl Events for Counts {
    fn event(&mut self, event: &Event<'_>) {
        let (place, inside) = (event.code as usize, event.at >= self.span.from.0);
        if self.things.len() <= place {
            self.things.resize(place + 1, Count::default());
        }
        let Some(thing) = self.things.get_mut(place) else { return };
        thing.holding = event.kind == Kind::Alarm;
        if inside && thing.holding {
            thing.alarms += 1;
        } else if inside {
            thing.alarmed = true;
        }
    }

    fn unjudged(&mut self, at: i64) {
        self.unjudged += u64::from(at >= self.span.from.0);
    }
}

/// Codes that mean the same in every part of a replay.
#[derive(Debug, Default)]
struct Names {
    all: Vec<Arc<str>>,
    codes: BTreeMap<Arc<str>, u32>,
    /// Of the codes of the part, and of those of the part before it, which mostly has the same names in the same order.
    own: Vec<u32>,
    before: Vec<u32>,
    /// The part's codes are these codes.
    same: bool,
    /// It is the first part that has names.
    first: bool,
}

impl Names {
    fn begin(&mut self) {
        std::mem::swap(&mut self.own, &mut self.before);
        self.own.clear();
        self.same = true;
        self.first = self.all.is_empty();
    }

    /// The code of a name that is not where it was in the part before.
    fn code(&mut self, name: &Arc<str>) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        if !self.first {
            // names of one part are all different, so that this is not needed before there is a second
            let known = self.codes.len();
            self.codes.extend(self.all.iter().cloned().zip(0..).skip(known));
            if let Some(code) = self.codes.get(name) {
                return *code;
            }
        }
        self.all.push(name.clone());
        next
    }

    fn is(&self, code: u32, name: &Arc<str>) -> bool {
        self.all.get(code as usize).is_some_and(|known| Arc::ptr_eq(known, name) || known == name)
    }

    fn own<'c>(&mut self, columns: &Columns<'c>) -> Cow<'c, [u32]> {
        for name in columns.subjects.iter().skip(self.own.len()) {
            let place = self.own.len();
            let guess = self.before.get(place).copied().filter(|code| self.is(*code, name));
            let code = guess.unwrap_or_else(|| self.code(name));
            self.same &= code as usize == place;
            self.own.push(code);
        }
        if self.same {
            return Cow::Borrowed(columns.subject);
        }
        let own = |code: &u32| self.own.get(*code as usize).copied().unwrap_or(u32::MAX);
        columns.subject.iter().map(own).collect()
    }
}
