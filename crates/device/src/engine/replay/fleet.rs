//! Percentiles of the fleet, window by window.

use std::ops::Range;

use bartizan_policy::Columns;

use super::super::alarm::Kept;
use super::super::criterion::Order;
use super::super::fleet::POPULATION_MIN;
use super::super::plan::{Rule, Statistic};
use super::super::rings::Joining;
use super::super::window::PERIOD_SLOTS;
use super::PERIOD_MS;
use super::bits::{self, ROWS};
use super::numbers::run_length;
use super::ranker::Ranker;
use super::state::{Events, State};
use super::table::{Table, Window};
use crate::metric::Measure;

/// The way of a percentile.
#[derive(Debug)]
pub(super) struct Fleet {
    order: Order,
    statistic: Statistic,
    joining: Joining,
    /// Periods that are summed, or whose newest value counts.
    periods: i64,
    /// A custom metric has no percentiles once it was negative.
    custom: bool,
    disabled: bool,
    table: Table,
    /// By code: the newest datapoint that was taken in.
    newest: Vec<i64>,
    /// Windows up to here are judged.
    judged_to: i64,
    /// The values of several windows together.
    summed: Vec<f64>,
    ranker: Ranker,
    /// By code, a bit: there is an alarm, or a run that could become one.
    restless: Vec<u64>,
    /// Judgments so far, and those that violate.
    pub(super) judged: u64,
    pub(super) violating: u64,
}

impl Fleet {
    pub(super) fn new(order: Order, statistic: Statistic, slots: u32, joining: Joining, measure: Measure) -> Self {
        Self {
            order,
            statistic,
            joining,
            periods: i64::from(slots / PERIOD_SLOTS),
            custom: measure == Measure::Number,
            disabled: false,
            table: Table::default(),
            newest: Vec::new(),
            judged_to: i64::MIN,
            summed: Vec::new(),
            ranker: Ranker::default(),
            restless: Vec::new(),
            judged: 0,
            violating: 0,
        }
    }

    pub(super) fn take(&mut self, columns: &Columns<'_>, states: &[State]) {
        self.newest.resize(states.len(), i64::MIN);
        let mut begin = 0;
        while let Some(code) = columns.subject.get(begin).copied() {
            let end = begin + run_length(columns.subject.get(begin..).unwrap_or_default());
            let (at, value) = (columns.at.get(begin..end), columns.number.get(begin..end));
            begin = end;
            let (Some(at), Some(value)) = (at, value) else { continue };
            let Some(newest) = self.newest.get_mut(code as usize) else { continue };
            if states.get(code as usize).is_some_and(|state| state.covered) {
                *newest = self.table.add(code, states.len(), (at, value), *newest, self.joining);
            }
        }
    }

    /// Judges the windows that end at `until` or before.
    pub(super) fn advance(&mut self, until: i64, states: &mut [State], rule: &Rule, out: &mut dyn Events) {
        let windows = self.table.numbers();
        let reached = until.div_euclid(PERIOD_MS).saturating_add(1);
        let to = windows.end.min(reached);
        self.restless.resize(states.len().div_ceil(ROWS), 0);
        if !self.disabled {
            self.judge_until_disabled(windows.start.max(self.judged_to.saturating_add(1))..to, states, rule, out);
        }
        self.judged_to = self.judged_to.max(to - 1);
        // also where nothing was heard, so that what comes later finds its place
        self.table.forget(reached.saturating_sub(self.periods));
    }

    fn judge_until_disabled(&mut self, numbers: Range<i64>, states: &mut [State], rule: &Rule, out: &mut dyn Events) {
        let disables = |number: &i64| self.table.window(*number).is_some_and(|window| window.negative);
        let disabling = numbers.clone().find(|number| self.custom && disables(number));
        let together = if self.periods == 1 { i64::MAX } else { 1 };
        let mut start = numbers.start;
        let end = disabling.unwrap_or(numbers.end);
        while start < end {
            let next = start.saturating_add(together).min(end);
            self.judge(start..next, states, rule, out);
            start = next;
        }
        if let Some(number) = disabling {
            self.disabled = true;
            let at = number * PERIOD_MS;
            for (code, state) in (0..).zip(states.iter_mut()) {
                state.hear_nothing_until(code, at, out);
                state.withdraw(code, at, out);
            }
        }
    }

    /// Judges windows in a row; where several are summed only one.
    fn judge(&mut self, numbers: Range<i64>, states: &mut [State], rule: &Rule, out: &mut dyn Events) {
        if self.periods > 1 {
            gather(&self.table, numbers.start, self.periods, self.joining, &mut self.summed);
        }
        let mut ahead = Vec::new();
        for (number, window) in numbers.filter_map(|number| Some((number, self.table.window(number)?))) {
            let values = if self.periods == 1 { window.values } else { &self.summed };
            let position = |count| (count >= POPULATION_MIN).then(|| self.statistic.position(count));
            let (threshold, population) = self.ranker.find(values, position);
            // of a single window all are judged that are compared; of several summed, those that were heard in the last
            self.judged += if self.periods == 1 && threshold.is_some() { population as u64 } else { 0 };
            ahead.push(Ahead { at: number * PERIOD_MS, window, values, threshold, summed: self.periods > 1 });
        }
        let restless = &mut self.restless;
        let mut judging = Judging { ahead: &ahead, states, rule, out, restless, judged: 0, violating: 0 };
        match self.order {
            Order::Less => judging.all(|value, threshold| value >= threshold),
            Order::LessOrEqual => judging.all(|value, threshold| value > threshold),
            Order::Greater => judging.all(|value, threshold| value <= threshold),
            Order::GreaterOrEqual => judging.all(|value, threshold| value < threshold),
        }
        let Judging { judged, violating, .. } = judging;
        self.judged += judged;
        self.violating += violating;
    }
}

/// A window that is to be judged.
struct Ahead<'a> {
    at: i64,
    window: Window<'a>,
    /// What is compared: the window's values, or the sums of several.
    values: &'a [f64],
    /// `None` where there are too few to be compared with each other.
    threshold: Option<f64>,
    /// What is compared is not the window itself.
    summed: bool,
}

/// Blocks of things whose states are near at hand while one window after the other is judged: 16 KiB.
const BLOCKS: usize = 8;

/// Windows in a row, judged: all of them for some things, and then for the next, whose states are in other memory.
struct Judging<'a> {
    ahead: &'a [Ahead<'a>],
    states: &'a mut [State],
    rule: &'a Rule,
    out: &'a mut dyn Events,
    restless: &'a mut [u64],
    judged: u64,
    violating: u64,
}

impl Judging<'_> {
    fn all(&mut self, violates: impl Fn(f64, f64) -> bool + Copy) {
        let blocks = self.restless.len();
        for start in (0..blocks).step_by(BLOCKS) {
            self.draw_near(start * ROWS..(start + BLOCKS) * ROWS);
            for ahead in self.ahead {
                for place in start..blocks.min(start + BLOCKS) {
                    self.one(ahead, place, violates);
                }
            }
        }
    }

    /// Reads states in their order, which memory is fast at: a few of them are needed soon, in no order that it could
    /// foresee.
    fn draw_near(&self, things: Range<usize>) {
        let things = things.start..things.end.min(self.states.len());
        for state in self.states.get(things).unwrap_or_default() {
            std::hint::black_box(state.last);
        }
    }

    fn one(&mut self, ahead: &Ahead<'_>, place: usize, violates: impl Fn(f64, f64) -> bool + Copy) {
        // the table has room for whole blocks of things
        let (heard, _) = ahead.window.values.as_chunks::<ROWS>();
        let (values, _) = ahead.values.as_chunks::<ROWS>();
        let (Some(heard), Some(values)) = (heard.get(place), values.get(place)) else { return };
        let fresh = || bits::of(heard, |value| !value.is_nan());
        let Some(threshold) = ahead.threshold else { return self.hear(ahead, place, fresh()) };
        // what is no number compares as no violation
        let mut violations = bits::of(values, |value| violates(value, threshold));
        if ahead.summed {
            let fresh = fresh();
            violations &= fresh;
            self.judged += u64::from(fresh.count_ones());
        }
        self.violating += u64::from(violations.count_ones());
        let restless = self.restless.get(place).copied().unwrap_or_default();
        if violations | restless != 0 {
            self.block(ahead, place, fresh(), violations);
        }
    }

    /// What a block does to alarms. A thing that is calm and does not violate stays as it is.
    fn block(&mut self, ahead: &Ahead<'_>, place: usize, fresh: u64, violations: u64) {
        let Some(restless) = self.restless.get_mut(place) else { return };
        for row in ones((violations | *restless) & fresh) {
            let index = place * ROWS + row;
            let (Some(state), Some(value)) = (self.states.get_mut(index), ahead.values.get(index)) else { return };
            let code = u32::try_from(index).unwrap_or(u32::MAX);
            let heard = ahead.heard(index);
            state.hear_nothing_until(code, heard, self.out);
            state.last = heard;
            let value = || Kept::Number(*value).spelled(self.rule.measure);
            state.settle(code, ahead.at, violations >> row & 1 == 0, &value, self.rule, self.out);
            *restless = *restless & !(1 << row) | u64::from(!state.is_calm()) << row;
        }
    }

    /// Nothing can be judged, but things were heard of.
    fn hear(&mut self, ahead: &Ahead<'_>, place: usize, fresh: u64) {
        for index in ones(fresh).map(|row| place * ROWS + row) {
            if let Some(state) = self.states.get_mut(index) {
                let heard = ahead.heard(index);
                state.hear_nothing_until(u32::try_from(index).unwrap_or(u32::MAX), heard, self.out);
                state.last = heard;
            }
        }
    }
}

impl Ahead<'_> {
    /// When a thing was heard of: before the tick that ends the window, and after the one before it.
    fn heard(&self, index: usize) -> i64 {
        if self.window.is_at_end(index) { self.at } else { self.at - 1 }
    }
}

/// The places of the bits that are set.
fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}

/// The value of each thing over the periods that end with a window; no number where nothing was heard in them.
fn gather(table: &Table, number: i64, periods: i64, joining: Joining, values: &mut Vec<f64>) {
    values.clear();
    for number in number - periods + 1..=number {
        let Some(window) = table.window(number) else { continue };
        if values.len() < window.values.len() {
            values.resize(window.values.len(), f64::NAN);
        }
        for (value, more) in values.iter_mut().zip(window.values) {
            // without a branch: what is no number leaves the other as it is
            let both = if joining == Joining::Sum { *value + *more } else { *more };
            let joined = if value.is_nan() { *more } else { both };
            *value = if more.is_nan() { *value } else { joined };
        }
    }
}
