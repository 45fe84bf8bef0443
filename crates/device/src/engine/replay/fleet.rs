//! Percentiles of the fleet, window by window.

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
    /// States of a block that is being judged.
    taken: Vec<(usize, State)>,
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
            taken: Vec::new(),
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
                let datapoints = at.iter().copied().zip(value.iter().copied());
                *newest = self.table.add(code, states.len(), datapoints, *newest, self.joining);
            }
        }
    }

    /// Judges the windows that end at `until` or before.
    pub(super) fn advance(&mut self, until: i64, states: &mut [State], rule: &Rule, out: &mut dyn Events) {
        let windows = self.table.numbers();
        let reached = until.div_euclid(PERIOD_MS).saturating_add(1);
        let to = windows.end.min(reached);
        for number in windows.start.max(self.judged_to.saturating_add(1))..to {
            self.judge(number, states, rule, out);
            self.judged_to = number;
        }
        // also where nothing was heard, so that what comes later finds its place
        self.table.forget(reached.saturating_sub(self.periods));
    }

    fn judge(&mut self, number: i64, states: &mut [State], rule: &Rule, out: &mut dyn Events) {
        let Some(window) = self.table.window(number) else { return };
        let at = number * PERIOD_MS;
        if self.custom && window.negative && !self.disabled {
            self.disabled = true;
            for (code, state) in (0..).zip(states.iter_mut()) {
                state.hear_nothing_until(code, at, out);
                state.withdraw(code, at, out);
            }
        }
        if self.disabled {
            return;
        }
        let values = if self.periods == 1 {
            window.values
        } else {
            gather(&self.table, number, self.periods, self.joining, &mut self.summed);
            &self.summed
        };
        let population = values.iter().filter(|value| !value.is_nan()).count();
        let position = self.statistic.position(population);
        let found = (population >= POPULATION_MIN).then(|| self.ranker.find(values, population, position)).flatten();
        let Some(threshold) = found else {
            hear(window, at, states, out);
            return;
        };
        self.restless.resize(states.len().div_ceil(ROWS), 0);
        let mut judging =
            Judging { window, at, values, states, rule, out, restless: &mut self.restless, taken: &mut self.taken };
        let (judged, violating) = match self.order {
            Order::Less => judging.all(|value| value >= threshold),
            Order::LessOrEqual => judging.all(|value| value > threshold),
            Order::Greater => judging.all(|value| value <= threshold),
            Order::GreaterOrEqual => judging.all(|value| value < threshold),
        };
        self.judged += judged;
        self.violating += violating;
    }
}

/// One window, judged.
struct Judging<'a> {
    window: Window<'a>,
    at: i64,
    values: &'a [f64],
    states: &'a mut [State],
    rule: &'a Rule,
    out: &'a mut dyn Events,
    restless: &'a mut [u64],
    taken: &'a mut Vec<(usize, State)>,
}

impl Judging<'_> {
    /// Judges what was heard in the window: how many things, and how many of them violate.
    fn all(&mut self, violates: impl Fn(f64) -> bool + Copy) -> (u64, u64) {
        let (mut judged, mut violating) = (0, 0);
        let (values, window) = (self.values, self.window);
        let (blocks, rest) = window.values.as_chunks::<ROWS>();
        let (summed, last) = values.as_chunks::<ROWS>();
        for (place, (block, summed)) in blocks.iter().zip(summed).enumerate() {
            let fresh = bits::of(block, |value| !value.is_nan());
            let violations = bits::of(summed, violates) & fresh;
            judged += fresh.count_ones();
            violating += violations.count_ones();
            self.block(place, fresh, violations);
        }
        // beyond the whole blocks; a window may know fewer things than those before it
        let last = summed.get(blocks.len()).map_or(last, |block| block.as_slice());
        let fresh = bits::violations_of_few(rest, |value| !value.is_nan());
        let violations = bits::violations_of_few(last.get(..rest.len()).unwrap_or(last), violates) & fresh;
        self.block(blocks.len(), fresh, violations);
        (u64::from(judged + fresh.count_ones()), u64::from(violating + violations.count_ones()))
    }

    /// What a block does to alarms. A thing that is calm and does not violate stays as it is.
    fn block(&mut self, place: usize, fresh: u64, violations: u64) {
        let Some(restless) = self.restless.get_mut(place) else { return };
        let left = (violations | *restless) & fresh;
        // They are far apart in memory: all are taken out before the first is looked at, so that it is waited for once.
        let states = ones(left).filter_map(|row| self.states.get(place * ROWS + row).map(|state| (row, *state)));
        self.taken.clear();
        self.taken.extend(states);
        for (row, mut state) in self.taken.iter().copied() {
            let index = place * ROWS + row;
            let (Some(kept), Some(value)) = (self.states.get_mut(index), self.values.get(index)) else { return };
            let code = u32::try_from(index).unwrap_or(u32::MAX);
            // the datapoint is older than this tick, and newer than the one before
            let heard = if self.window.is_at_end(index) { self.at } else { self.at - 1 };
            state.hear_nothing_until(code, heard, self.out);
            state.last = heard;
            let value = || Kept::Number(*value).spelled(self.rule.measure);
            state.settle(code, self.at, violations >> row & 1 == 0, &value, self.rule, self.out);
            *restless = *restless & !(1 << row) | u64::from(!state.is_calm()) << row;
            *kept = state;
        }
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

/// Nothing can be judged, but things were heard of.
fn hear(window: Window<'_>, at: i64, states: &mut [State], out: &mut dyn Events) {
    for ((code, state), value) in (0_u32..).zip(states.iter_mut()).zip(window.values) {
        if !value.is_nan() {
            let heard = if window.is_at_end(code as usize) { at } else { at - 1 };
            state.hear_nothing_until(code, heard, out);
            state.last = heard;
        }
    }
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
