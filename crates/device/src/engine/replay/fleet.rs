//! Percentiles of the fleet, window by window.

use bartizan_policy::Columns;

use super::super::alarm::Kept;
use super::super::criterion::Order;
use super::super::fleet::POPULATION_MIN;
use super::super::plan::{Rule, Statistic};
use super::super::rings::Joining;
use super::super::window::PERIOD_SLOTS;
use super::PERIOD_MS;
use super::numbers::run_length;
use super::state::{Events, State};
use super::table::Table;
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
    values: Vec<f64>,
    /// The values of a window in a form that is ordered as whole numbers are, which is faster to rank.
    ranked: Vec<i64>,
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
            values: Vec::new(),
            ranked: Vec::new(),
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
            if !states.get(code as usize).is_some_and(|state| state.covered) {
                continue;
            }
            for (at, value) in at.iter().zip(value) {
                if *at > *newest && self.table.add(code, states.len(), *at, *value, self.joining) {
                    *newest = *at;
                }
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
        gather(&self.table, number, self.periods, self.joining, &mut self.values);
        self.ranked.clear();
        self.ranked.extend(self.values.iter().filter(|value| !value.is_nan()).map(|value| folded(value.to_bits())));
        let enough = self.ranked.len() >= POPULATION_MIN;
        let position = self.statistic.position(self.ranked.len());
        let ranked = self.ranked.as_mut_slice();
        let found = enough.then(|| *ranked.select_nth_unstable(position).1);
        let Some(threshold) = found.map(|bits| f64::from_bits(folded(bits.cast_unsigned()).cast_unsigned())) else {
            hear(window, at, states, out);
            return;
        };
        let fresh = window.values.iter().map(|value| !value.is_nan());
        for (((code, state), value), fresh) in (0_u32..).zip(states.iter_mut()).zip(&self.values).zip(fresh) {
            if !fresh {
                continue;
            }
            let conforms = self.order.holds(*value, threshold);
            self.judged += 1;
            self.violating += u64::from(!conforms);
            let heard = if window.is_at_end(code as usize) { at } else { at - 1 };
            if conforms && state.is_calm() {
                state.last = heard;
                continue;
            }
            // the datapoint is older than this tick, and newer than the one before
            state.hear_nothing_until(code, heard, out);
            state.last = heard;
            let value = || Kept::Number(*value).spelled(rule.measure);
            state.settle(code, at, conforms, &value, rule, out);
        }
    }
}

/// A float's bits as a whole number with the same order, and back [`f64::total_cmp`].
fn folded(bits: u64) -> i64 {
    let bits = bits.cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// Nothing can be judged, but things were heard of.
fn hear(window: &super::table::Window, at: i64, states: &mut [State], out: &mut dyn Events) {
    for ((code, state), value) in (0_u32..).zip(states.iter_mut()).zip(&window.values) {
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
        for (value, more) in values.iter_mut().zip(&window.values) {
            // without a branch: what is no number leaves the other as it is
            let both = if joining == Joining::Sum { *value + *more } else { *more };
            let joined = if value.is_nan() { *more } else { both };
            *value = if more.is_nan() { *value } else { joined };
        }
    }
}
