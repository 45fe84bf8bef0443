//! What is remembered of one thing, and how its findings are told.

use std::sync::Arc;

use bartizan_policy::Sink;
use bartizan_wire::Timestamp;

use super::super::finding::{Finding, Verdict, ViolationId};
use super::super::fold::QUIET_MS;
use super::super::plan::Rule;
use super::PERIOD_MS;
use crate::behavior::MetricValue;

/// Where there is no alarm.
const NONE: i64 = i64::MIN;

/// One thing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    /// Time of the newest datapoint.
    pub(crate) last: i64,
    /// When the alarm that holds began.
    started: i64,
    /// Time of the last violating datapoint of that alarm.
    pub(crate) violated: i64,
    pub(crate) bad: u8,
    pub(crate) good: u8,
    pub(crate) covered: bool,
}

impl State {
    pub(crate) const fn new(covered: bool) -> Self {
        Self { last: i64::MIN, started: NONE, violated: 0, bad: 0, good: 0, covered }
    }

    pub(crate) fn started(&self) -> Option<i64> {
        (self.started != NONE).then_some(self.started)
    }

    pub(crate) const fn in_alarm(&self) -> bool {
        self.started != NONE
    }

    /// No alarm, and no run that could become one.
    pub(crate) const fn is_calm(&self) -> bool {
        self.started == NONE && self.bad == 0
    }

    /// Whether a tick before `at` finds that nothing was heard for more than two days.
    pub(crate) const fn is_quiet_before(&self, at: i64) -> bool {
        // the first tick that is more than two days behind the last datapoint; mostly one need not know which that is
        self.last != i64::MIN && self.last.saturating_add(QUIET_MS) < at && self.quiet_tick() < at
    }

    const fn quiet_tick(&self) -> i64 {
        (self.last.saturating_add(QUIET_MS).div_euclid(PERIOD_MS) + 1).saturating_mul(PERIOD_MS)
    }

    /// What ticks before `at` do to it.
    pub(crate) fn hear_nothing_until(&mut self, code: u32, at: i64, out: &mut dyn Events) {
        if self.is_quiet_before(at) {
            self.withdraw(code, self.quiet_tick(), out);
        }
    }

    /// Ends an alarm that cannot be judged any more; runs begin anew.
    pub(crate) fn withdraw(&mut self, code: u32, at: i64, out: &mut dyn Events) {
        if self.in_alarm() {
            out.event(&Event { kind: Kind::Invalidated, code, started: self.started, at, value: None });
        }
        (self.started, self.bad, self.good) = (NONE, 0, 0);
    }

    /// One judged datapoint, as [`settle`](super::super::settle::settle) does.
    pub(crate) fn settle(
        &mut self,
        code: u32,
        at: i64,
        conforms: bool,
        value: &dyn Fn() -> MetricValue,
        rule: &Rule,
        out: &mut dyn Events,
    ) {
        if !self.in_alarm() {
            self.bad = if conforms { 0 } else { self.bad.saturating_add(1) };
            if self.bad >= rule.to_alarm {
                self.begin(code, at, value, out);
            }
        } else if conforms {
            self.good = self.good.saturating_add(1);
            if self.good >= rule.to_clear {
                self.end(code, at, value, out);
            }
        } else {
            (self.good, self.violated) = (0, at);
        }
    }

    pub(crate) fn begin(&mut self, code: u32, at: i64, value: &dyn Fn() -> MetricValue, out: &mut dyn Events) {
        (self.started, self.violated, self.bad, self.good) = (at, at, 0, 0);
        out.event(&Event { kind: Kind::Alarm, code, started: at, at, value: Some(value) });
    }

    pub(crate) fn end(&mut self, code: u32, at: i64, value: &dyn Fn() -> MetricValue, out: &mut dyn Events) {
        out.event(&Event { kind: Kind::Cleared, code, started: self.started, at, value: Some(value) });
        (self.started, self.bad, self.good) = (NONE, 0, 0);
    }
}

/// What becomes of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Alarm,
    Cleared,
    Invalidated,
}

/// Something becomes of the alarm of the thing with this code. The value is made only for those who want it.
pub(crate) struct Event<'a> {
    pub(crate) kind: Kind,
    pub(crate) code: u32,
    started: i64,
    pub(crate) at: i64,
    value: Option<&'a dyn Fn() -> MetricValue>,
}

/// Takes what is found: to count is much cheaper than to tell.
pub(crate) trait Events {
    fn event(&mut self, event: &Event<'_>);

    /// A datapoint of this time was not judged, because the model had not learned enough.
    fn unjudged(&mut self, at: i64);
}

/// Tells events as findings.
pub(crate) struct Teller<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) subjects: &'a [Arc<str>],
    pub(crate) out: &'a mut dyn Sink<Finding>,
}

impl Events for Teller<'_> {
    fn event(&mut self, event: &Event<'_>) {
        let Some(thing) = self.subjects.get(event.code as usize).cloned() else { return };
        let (profile, behavior) = (self.rule.profile_name.clone(), self.rule.name.clone());
        let started = Timestamp(event.started);
        let id = ViolationId::of(&profile, &behavior, &thing, started);
        let (at, value) = (Timestamp(event.at), event.value.map(|value| value()));
        let verdict = Verdict { thing, profile, behavior, id, started, at, value, confidence: self.rule.confidence() };
        self.out.finding(match event.kind {
            Kind::Alarm => Finding::Alarm(verdict),
            Kind::Cleared => Finding::Cleared(verdict),
            Kind::Invalidated => Finding::Invalidated(verdict),
        });
    }

    fn unjudged(&mut self, _at: i64) {
        self.out.blind(super::super::blind::UNTRAINED);
    }
}
