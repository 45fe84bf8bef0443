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
        // the first tick that is more than two days behind the last datapoint
        self.last != i64::MIN && self.quiet_tick() < at
    }

    const fn quiet_tick(&self) -> i64 {
        (self.last.saturating_add(QUIET_MS).div_euclid(PERIOD_MS) + 1).saturating_mul(PERIOD_MS)
    }

    /// What ticks before `at` do to it.
    pub(crate) fn hear_nothing_until(&mut self, code: u32, at: i64, told: Teller<'_>, out: &mut dyn Sink<Finding>) {
        if self.is_quiet_before(at) {
            if self.in_alarm() {
                let verdict = told.verdict(code, self.started, self.quiet_tick(), None);
                if let Some(verdict) = verdict {
                    out.finding(Finding::Invalidated(verdict));
                }
            }
            (self.started, self.bad, self.good) = (NONE, 0, 0);
        }
    }

    /// Ends an alarm that cannot be judged any more.
    pub(crate) fn withdraw(&mut self, code: u32, at: i64, told: Teller<'_>, out: &mut dyn Sink<Finding>) {
        if self.in_alarm()
            && let Some(verdict) = told.verdict(code, self.started, at, None)
        {
            out.finding(Finding::Invalidated(verdict));
        }
        (self.started, self.bad, self.good) = (NONE, 0, 0);
    }

    /// One judged datapoint, as [`settle`](super::super::settle::settle) does.
    pub(crate) fn settle(
        &mut self,
        code: u32,
        at: i64,
        conforms: bool,
        value: impl FnOnce() -> MetricValue,
        told: Teller<'_>,
        out: &mut dyn Sink<Finding>,
    ) {
        if !self.in_alarm() {
            self.bad = if conforms { 0 } else { self.bad.saturating_add(1) };
            if self.bad >= told.rule.to_alarm {
                self.begin(code, at, value(), told, out);
            }
        } else if conforms {
            self.good = self.good.saturating_add(1);
            if self.good >= told.rule.to_clear {
                self.end(code, at, value(), told, out);
            }
        } else {
            (self.good, self.violated) = (0, at);
        }
    }

    pub(crate) fn begin(
        &mut self,
        code: u32,
        at: i64,
        value: MetricValue,
        told: Teller<'_>,
        out: &mut dyn Sink<Finding>,
    ) {
        (self.started, self.violated, self.bad, self.good) = (at, at, 0, 0);
        if let Some(verdict) = told.verdict(code, at, at, Some(value)) {
            out.finding(Finding::Alarm(verdict));
        }
    }

    pub(crate) fn end(
        &mut self,
        code: u32,
        at: i64,
        value: MetricValue,
        told: Teller<'_>,
        out: &mut dyn Sink<Finding>,
    ) {
        if let Some(verdict) = told.verdict(code, self.started, at, Some(value)) {
            out.finding(Finding::Cleared(verdict));
        }
        (self.started, self.bad, self.good) = (NONE, 0, 0);
    }
}

/// Says whose findings they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) subjects: &'a [Arc<str>],
}

impl Teller<'_> {
    fn verdict(self, code: u32, started: i64, at: i64, value: Option<MetricValue>) -> Option<Verdict> {
        let thing = self.subjects.get(code as usize)?.clone();
        let (profile, behavior) = (self.rule.profile_name.clone(), self.rule.name.clone());
        let started = Timestamp(started);
        let id = ViolationId::of(&profile, &behavior, &thing, started);
        Some(Verdict { thing, profile, behavior, id, started, at: Timestamp(at), value, confidence: None })
    }
}
