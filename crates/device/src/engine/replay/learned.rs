//! A model, which learns from the rows as it goes.
//!
//! What it judges by changes only when it is built, at a tick, and until then the rows of different things can be judged
//! in any order. So rows are judged at once as long as they are surely not behind the next tick at which the model may be
//! built; the others wait until that tick's time is complete.

use bartizan_policy::Columns;

use super::super::alarm::Kept;
use super::super::model::Model;
use super::super::plan::Rule;
use super::PERIOD_MS;
use super::numbers::run_length;
use super::state::{Events, State};
use crate::behavior::ConfidenceLevel;
use bartizan_wire::Timestamp;

/// The way of a model.
#[derive(Debug)]
pub(super) struct Learned {
    level: ConfidenceLevel,
    model: Model,
    /// The next tick at which the model may be built; unknown until it is known which datapoint is the first.
    due: Option<i64>,
    /// Rows behind that tick.
    waiting: Vec<Row>,
    /// Judgments so far, and those that violate.
    pub(super) judged: u64,
    pub(super) violating: u64,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    code: u32,
    at: i64,
    value: f64,
}

impl Learned {
    pub(super) fn new(level: ConfidenceLevel) -> Self {
        Self { level, model: Model::default(), due: None, waiting: Vec::new(), judged: 0, violating: 0 }
    }

    pub(super) fn take(&mut self, columns: &Columns<'_>, states: &mut [State], rule: &Rule, out: &mut dyn Events) {
        let mut begin = 0;
        while let Some(code) = columns.subject.get(begin).copied() {
            let end = begin + run_length(columns.subject.get(begin..).unwrap_or_default());
            let (at, value) = (columns.at.get(begin..end), columns.number.get(begin..end));
            begin = end;
            let (Some(at), Some(value)) = (at, value) else { continue };
            let Some(state) = states.get_mut(code as usize).filter(|state| state.covered) else { continue };
            for (at, value) in at.iter().zip(value) {
                let row = Row { code, at: *at, value: *value };
                if self.due.is_some_and(|due| row.at <= due) {
                    self.row(row, state, rule, out);
                } else {
                    self.waiting.push(row);
                }
            }
        }
    }

    /// Every row up to `until` was taken in.
    pub(super) fn advance(&mut self, until: i64, states: &mut [State], rule: &Rule, out: &mut dyn Events) {
        while let Some(due) = self.next_due().filter(|due| *due <= until) {
            self.judge_until(due, states, rule, out);
            self.model.tick(Timestamp(due));
        }
        self.judge_until(until, states, rule, out);
        self.due = self.next_due();
    }

    /// The next tick at which the model may be built.
    fn next_due(&self) -> Option<i64> {
        let first = self.model.started.is_none().then(|| self.waiting.iter().map(|row| row.at).min()).flatten();
        let due = first.map_or_else(|| self.model.due(), |first| Some(Model::first_due(Timestamp(first))))?;
        Some(due.0.saturating_add(PERIOD_MS - 1).div_euclid(PERIOD_MS).saturating_mul(PERIOD_MS))
    }

    fn judge_until(&mut self, until: i64, states: &mut [State], rule: &Rule, out: &mut dyn Events) {
        // Of each thing they come in the order of their times, and stay so.
        let (ready, later) = std::mem::take(&mut self.waiting).into_iter().partition(|row| row.at <= until);
        self.waiting = later;
        let ready: Vec<Row> = ready;
        for row in ready {
            if let Some(state) = states.get_mut(row.code as usize) {
                self.row(row, state, rule, out);
            }
        }
    }

    fn row(&mut self, row: Row, state: &mut State, rule: &Rule, out: &mut dyn Events) {
        let Row { code, at, value } = row;
        // Late, twice, or no number.
        if at <= state.last || !value.is_finite() {
            return;
        }
        state.hear_nothing_until(code, at, out);
        state.last = at;
        match self.model.judge(Timestamp(at), value, self.level) {
            Some(conforms) => {
                self.judged += 1;
                self.violating += u64::from(!conforms);
                state.settle(code, at, conforms, &|| Kept::Number(value).spelled(rule.measure), rule, out);
            }
            None => out.unjudged(at),
        }
        self.model.collect(Timestamp(at), value);
    }
}
