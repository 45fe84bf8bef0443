//! One behavior over columns: what the [`Engine`](super::Engine) would have found, at the speed of memory.
//!
//! A preview asks what a behavior would have done in the last weeks. The columns of a measure are sorted by subject and
//! time, which is not the order in which things were observed, but the findings of a static criterion depend on nothing
//! but the datapoints of its own thing. So each thing's rows are judged in blocks of 64: one comparison each, and the
//! alarm's runs on the bits. Percentiles need the whole fleet of a window: rows are spread over a table of windows and
//! things, which is judged when [`advance`](Replay::advance) says that its time is complete. A model learns from the rows as
//! it does from what is observed, so a replay with one begins as many days before what is of interest as a model learns.
//!
//! The findings are those of an engine that was told the same datapoints, and a tick at every multiple of five minutes
//! behind them (invariant P1); only [`Finding::Refreshed`] is left out.

mod bits;
mod fleet;
mod learned;
mod lists;
mod numbers;
mod ranker;
mod state;
mod table;

use std::sync::Arc;

use bartizan_policy::{Columns, Sink};
use bartizan_wire::Timestamp;

use super::criterion::Order;
use super::finding::Finding;
use super::plan::{Judge, Plan, Rule};
use crate::metric::{Measure, PERIOD_SECONDS};
use crate::observe::Measured;

pub(crate) use state::{Event, Events, Kind};
use state::{State, Teller};

/// Milliseconds of a period.
pub(crate) const PERIOD_MS: i64 = PERIOD_SECONDS * 1_000;

/// One behavior on its way through the columns of what it judges.
#[derive(Debug)]
pub struct Replay {
    rule: Rule,
    measured: Measured,
    way: Way,
    /// By code.
    states: Vec<State>,
    /// Rows that were judged when they were taken in.
    judged: u64,
}

#[derive(Debug)]
enum Way {
    Numbers(numbers::Numbers),
    Lists(lists::Lists),
    Fleet(Box<fleet::Fleet>),
    Learned(Box<learned::Learned>),
}

/// A thing that is in alarm when the replay ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    /// Whose.
    pub thing: Arc<str>,
    /// When it began.
    pub started: Timestamp,
    /// Time of the last violating datapoint.
    pub last: Timestamp,
}

impl Replay {
    /// Begins with nothing observed. `None` when there is no such behavior, and when it judges nothing.
    #[must_use]
    pub fn of(plan: &Plan, profile: &str, behavior: &str) -> Option<Self> {
        let rule = plan.rules.iter().find(|rule| &*rule.profile_name == profile && &*rule.name == behavior)?;
        let measured = plan.measures.get(rule.measured as usize)?.clone();
        let way = match &rule.judge {
            Judge::Number { slots, .. } => Way::Numbers(numbers::Numbers::new(*slots)),
            Judge::Members(_) => Way::Lists(lists::Lists::default()),
            Judge::Fleet { statistic, slots, joining, order } => {
                Way::Fleet(Box::new(fleet::Fleet::new(*order, *statistic, *slots, *joining, rule.measure)))
            }
            Judge::Model(level) => Way::Learned(Box::new(learned::Learned::new(*level))),
        };
        Some(Self { rule: rule.clone(), measured, way, states: Vec::new(), judged: 0 })
    }

    /// What the columns must hold.
    #[must_use]
    pub const fn measured(&self) -> &Measured {
        &self.measured
    }

    /// Datapoints that were judged so far, and how many of them violate.
    #[must_use]
    pub const fn judged(&self) -> (u64, u64) {
        match &self.way {
            Way::Numbers(numbers) => (self.judged, numbers.violating),
            Way::Lists(lists) => (self.judged, lists.violating),
            Way::Fleet(fleet) => (fleet.judged, fleet.violating),
            Way::Learned(learned) => (learned.judged, learned.violating),
        }
    }

    /// The same behavior with another threshold, from the beginning; `None` where nothing is compared with a threshold.
    pub(crate) fn with_threshold(&self, other: f64) -> Option<Self> {
        let Judge::Number { order, slots, .. } = self.rule.judge else { return None };
        let rule = Rule { judge: Judge::Number { order, threshold: other, slots }, ..self.rule.clone() };
        let way = Way::Numbers(numbers::Numbers::new(slots));
        Some(Self { rule, measured: self.measured.clone(), way, states: Vec::new(), judged: 0 })
    }

    /// How values stand to the threshold; `None` where there is none.
    pub(crate) const fn order(&self) -> Option<Order> {
        match self.rule.judge {
            Judge::Number { order, .. } => Some(order),
            _ => None,
        }
    }

    /// It compares whole numbers.
    pub(crate) fn is_whole(&self) -> bool {
        self.rule.measure != Measure::Number
    }

    /// It has to be told when a time is complete; see [`advance`](Self::advance).
    pub(crate) const fn needs_ticks(&self) -> bool {
        matches!(self.way, Way::Fleet(_) | Way::Learned(_))
    }

    /// It learns before it judges.
    #[must_use]
    pub const fn learns(&self) -> bool {
        matches!(self.way, Way::Learned(_))
    }

    /// Takes rows in. A code means the same subject in every call; `covers` is asked once for each. The rows of a
    /// subject come in the order of their times. Rows of the other kind, such as texts where numbers are judged, are
    /// passed over.
    pub fn take(&mut self, columns: &Columns<'_>, covers: &dyn Fn(&str) -> bool, out: &mut dyn Sink<Finding>) {
        let rule = self.rule.clone();
        self.take_in(columns, covers, &mut Teller { rule: &rule, subjects: columns.subjects, out });
    }

    pub(crate) fn take_in(&mut self, columns: &Columns<'_>, covers: &dyn Fn(&str) -> bool, out: &mut dyn Events) {
        let known = self.states.len();
        self.states.extend(columns.subjects.iter().skip(known).map(|name| State::new(covers(name))));
        self.judged += match &mut self.way {
            Way::Numbers(numbers) => numbers.take(columns, &mut self.states, &self.rule, out),
            Way::Lists(lists) => lists.take(columns, &mut self.states, &self.rule, out),
            Way::Fleet(fleet) => {
                fleet.take(columns, &self.states);
                0
            }
            Way::Learned(learned) => {
                learned.take(columns, &mut self.states, &self.rule, out);
                0
            }
        };
    }

    /// Every row up to `until` was taken in: what depends on ticks up to there is judged. Whoever replays long spans
    /// does so by the hour, so that no more than an hour of the fleet is kept.
    pub fn advance(&mut self, until: Timestamp, subjects: &[Arc<str>], out: &mut dyn Sink<Finding>) {
        let rule = self.rule.clone();
        self.advance_to(until, &mut Teller { rule: &rule, subjects, out });
    }

    pub(crate) fn advance_to(&mut self, until: Timestamp, out: &mut dyn Events) {
        match &mut self.way {
            Way::Numbers(_) | Way::Lists(_) => {}
            Way::Fleet(fleet) => fleet.advance(until.0, &mut self.states, &self.rule, out),
            Way::Learned(learned) => learned.advance(until.0, &mut self.states, &self.rule, out),
        }
    }

    /// Ends the replay at `until`: alarms of which nothing was heard for two days before it are invalidated, the others
    /// still hold.
    pub fn finish(mut self, until: Timestamp, subjects: &[Arc<str>], out: &mut dyn Sink<Finding>) -> Vec<Holding> {
        let rule = self.rule.clone();
        self.end_at(until, &mut Teller { rule: &rule, subjects, out });
        let held = subjects.iter().zip(&self.states).filter_map(|(name, state)| {
            let (thing, last) = (name.clone(), Timestamp(state.violated));
            Some(Holding { thing, started: Timestamp(state.started()?), last })
        });
        let mut holding: Vec<Holding> = held.collect();
        holding.sort_by(|a, b| a.thing.cmp(&b.thing));
        holding
    }

    pub(crate) fn end_at(&mut self, until: Timestamp, out: &mut dyn Events) {
        self.advance_to(until, out);
        for (code, state) in (0..).zip(&mut self.states) {
            state.hear_nothing_until(code, until.0.saturating_add(1), out);
        }
    }
}
