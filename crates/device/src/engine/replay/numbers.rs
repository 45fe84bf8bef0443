//! Numbers against a threshold, each alone or summed over a window.

use bartizan_policy::Columns;

use super::super::alarm::Kept;
use super::super::criterion::Order;
use super::super::fold::QUIET_MS;
use super::super::plan::{Judge, Rule};
use super::super::window::{SLOT_MS, before_static, slot};
use super::bits::{self, ROWS};
use super::state::{Events, State};
use crate::behavior::MetricValue;

/// The way of a static criterion on numbers.
#[derive(Debug)]
pub(super) struct Numbers {
    /// Slots that are summed.
    slots: Option<u32>,
    /// By code: the datapoints that the next sums still need. Empty where nothing is summed.
    recent: Vec<Vec<(i64, f64)>>,
    sums: Vec<f64>,
    /// Rows so far that violate.
    pub(super) violating: u64,
}

/// Rows of one subject, with what is judged of each.
#[derive(Clone, Copy)]
struct Run<'a> {
    code: u32,
    at: &'a [i64],
    value: &'a [f64],
}

impl Numbers {
    pub(super) const fn new(slots: Option<u32>) -> Self {
        Self { slots, recent: Vec::new(), sums: Vec::new(), violating: 0 }
    }

    pub(super) fn take(
        &mut self,
        columns: &Columns<'_>,
        states: &mut [State],
        rule: &Rule,
        out: &mut dyn Events,
    ) -> u64 {
        let Judge::Number { order, threshold, .. } = rule.judge else { return 0 };
        if self.slots.is_some() {
            self.recent.resize(states.len(), Vec::new());
        }
        let mut judged = 0;
        let mut begin = 0;
        while let Some(code) = columns.subject.get(begin).copied() {
            let end = begin + run_length(columns.subject.get(begin..).unwrap_or_default());
            let (at, value) = (columns.at.get(begin..end), columns.number.get(begin..end));
            begin = end;
            let (Some(at), Some(value), Some(state)) = (at, value, states.get_mut(code as usize)) else { continue };
            if state.covered {
                judged += self.run(Run { code, at, value }, state, order, threshold, rule, out);
            }
        }
        judged
    }

    fn run(
        &mut self,
        run: Run<'_>,
        state: &mut State,
        order: Order,
        threshold: f64,
        rule: &Rule,
        out: &mut dyn Events,
    ) -> u64 {
        let newer = run.at.first().is_some_and(|first| *first > state.last);
        if !newer || !rises(run.at) {
            // some come late or twice: they are left out first
            let mut last = state.last;
            let kept = run.at.iter().zip(run.value).filter(|(at, _)| {
                let newer = **at > last;
                last = last.max(**at);
                newer
            });
            let (at, value): (Vec<i64>, Vec<f64>) = kept.unzip();
            if at.is_empty() {
                return 0;
            }
            return self.run(Run { code: run.code, at: &at, value: &value }, state, order, threshold, rule, out);
        }
        if let Some(slots) = self.slots.filter(|slots| !self.is_alone(run, *slots)) {
            let mut sums = std::mem::take(&mut self.sums);
            self.sum(run, slots, &mut sums);
            self.violating += judge(Run { value: &sums, ..run }, state, order, threshold, rule, out);
            self.sums = sums;
        } else {
            self.violating += judge(run, state, order, threshold, rule, out);
        }
        run.at.len() as u64
    }

    /// Whether every window holds its own row alone, which is so where a duration of five minutes meets reports every
    /// five minutes: then there is nothing to sum. The last row is what later windows may need.
    fn is_alone(&mut self, run: Run<'_>, slots: u32) -> bool {
        let needed = i64::from(slots.saturating_sub(1)) * SLOT_MS;
        let Some(recent) = self.recent.get_mut(run.code as usize) else { return false };
        let (Some(first), Some(last)) = (run.at.first(), run.at.last().zip(run.value.last())) else { return true };
        let alone = recent.last().is_none_or(|(at, _)| first - at >= needed) && least_apart(run.at) >= needed;
        if alone {
            recent.clear();
            recent.push((*last.0, *last.1));
        }
        alone
    }

    /// The sums of the windows that end at each row. Counters are whole numbers, so that taking away what was added
    /// leaves what was there.
    fn sum(&mut self, run: Run<'_>, slots: u32, sums: &mut Vec<f64>) {
        sums.clear();
        let Some(recent) = self.recent.get_mut(run.code as usize) else { return };
        let mut sum: f64 = recent.iter().map(|(_, value)| value).sum();
        // rows that are so far apart are never in one window, and rows that are so near always are; between the two their
        // slots tell
        let (far, near) = (i64::from(slots.saturating_sub(1)) * SLOT_MS, i64::from(slots.saturating_sub(2)) * SLOT_MS);
        let is_gone = |old: i64, at: i64| {
            let apart = at - old;
            apart > near && (apart >= far || slot(old) <= before_static(slot(at), slots))
        };
        let (mut old, mut tail) = (0, 0);
        for (at, value) in run.at.iter().zip(run.value) {
            sum += value;
            while let Some((_, gone)) = recent.get(old).filter(|(old, _)| is_gone(*old, *at)) {
                sum -= gone;
                old += 1;
            }
            while let Some((_, gone)) = run.at.get(tail).filter(|old| is_gone(**old, *at)).zip(run.value.get(tail)) {
                sum -= gone;
                tail += 1;
            }
            sums.push(sum);
        }
        recent.drain(..old.min(recent.len()));
        let rest = run.at.iter().zip(run.value).skip(tail);
        recent.extend(rest.map(|(at, value)| (*at, *value)));
    }
}

/// Judges rows whose times rise; how many violate.
fn judge(run: Run<'_>, state: &mut State, order: Order, threshold: f64, rule: &Rule, out: &mut dyn Events) -> u64 {
    match order {
        Order::Less => blocks(run, state, |value| value >= threshold, rule, out),
        Order::LessOrEqual => blocks(run, state, |value| value > threshold, rule, out),
        Order::Greater => blocks(run, state, |value| value <= threshold, rule, out),
        Order::GreaterOrEqual => blocks(run, state, |value| value < threshold, rule, out),
    }
}

fn blocks(
    run: Run<'_>,
    state: &mut State,
    violates: impl Fn(f64) -> bool + Copy,
    rule: &Rule,
    out: &mut dyn Events,
) -> u64 {
    let mut violating = 0;
    let (whole, rest) = run.value.as_chunks::<ROWS>();
    let mut at = run.at;
    for values in whole {
        let (times, later) = at.split_at(ROWS);
        at = later;
        let bits = bits::violations(values, violates);
        violating += u64::from(bits.count_ones());
        block(Run { at: times, value: values, ..run }, bits, state, rule, out);
    }
    if !rest.is_empty() {
        let bits = bits::violations_of_few(rest, violates);
        violating += u64::from(bits.count_ones());
        block(Run { at, value: rest, ..run }, bits, state, rule, out);
    }
    violating
}

/// What a block does to an alarm.
fn block(run: Run<'_>, bits: u64, state: &mut State, rule: &Rule, out: &mut dyn Events) {
    let (Some(first), Some(last)) = (run.at.first(), run.at.last()) else { return };
    if bits == 0 && state.is_calm() {
        state.last = *last;
        return;
    }
    let value = |row: usize| {
        let number = run.value.get(row).copied().unwrap_or_default();
        Kept::Number(number).spelled(rule.measure)
    };
    if last - first > QUIET_MS || state.is_quiet_before(*first) {
        for (row, at) in run.at.iter().enumerate() {
            state.hear_nothing_until(run.code, *at, out);
            state.last = *at;
            state.settle(run.code, *at, bits >> row & 1 == 0, &|| value(row), rule, out);
        }
        return;
    }
    state.last = *last;
    runs(run, bits, state, &value, rule, out);
}

/// Alarms and their ends in a block without a gap, from run to run rather than from row to row.
fn runs(
    run: Run<'_>,
    bits: u64,
    state: &mut State,
    value: &dyn Fn(usize) -> MetricValue,
    rule: &Rule,
    out: &mut dyn Events,
) {
    let rows = u32::try_from(run.at.len()).unwrap_or(u64::BITS);
    let time = |row: u32| run.at.get(row as usize).copied().unwrap_or_default();
    let mut row = 0;
    while row < rows {
        let (ahead, left) = (bits >> row, rows - row);
        if state.in_alarm() {
            let until = match bits::first_run(!ahead, left, state.good, rule.to_clear) {
                Ok(place) => row + place,
                Err(good) => {
                    violated_last(state, ahead, left, row, &time);
                    state.good = good;
                    return;
                }
            };
            violated_last(state, ahead, until + 1 - row, row, &time);
            state.end(run.code, time(until), &|| value(until as usize), out);
            row = until + 1;
        } else {
            match bits::first_run(ahead, left, state.bad, rule.to_alarm) {
                Ok(place) => {
                    state.begin(run.code, time(row + place), &|| value((row + place) as usize), out);
                    row += place + 1;
                }
                Err(bad) => {
                    state.bad = bad;
                    return;
                }
            }
        }
    }
}

/// The last violating row of the next `rows` ones.
fn violated_last(state: &mut State, bits: u64, rows: u32, from: u32, time: &dyn Fn(u32) -> i64) {
    let bits = if rows < u64::BITS { bits & ((1 << rows) - 1) } else { bits };
    if bits != 0 {
        state.violated = time(from + u64::BITS - 1 - bits.leading_zeros());
    }
}

/// Subjects that are compared at once.
const COMPARED: usize = 8;

/// How many rows at the beginning have the same subject.
pub(super) fn run_length(subjects: &[u32]) -> usize {
    let Some(first) = subjects.first() else { return 0 };
    let (blocks, _) = subjects.as_chunks::<COMPARED>();
    let same = |block: &&[u32; COMPARED]| block.iter().fold(0, |other, subject| other | (subject ^ first)) == 0;
    let whole = blocks.iter().take_while(same).count() * COMPARED;
    whole + subjects.iter().skip(whole).take_while(|subject| *subject == first).count()
}

/// Whether each time is later than the one before it.
fn rises(at: &[i64]) -> bool {
    let next = at.get(1..).unwrap_or_default();
    // the sign of all differences at once: to compare whole numbers of this size takes several instructions
    at.iter().zip(next).fold(0, |signs, (one, next)| signs | next.wrapping_sub(*one).wrapping_sub(1)) >= 0
}

/// The least time between two rows.
fn least_apart(at: &[i64]) -> i64 {
    let next = at.get(1..).unwrap_or_default();
    // without leaving early, so that several are compared at once
    at.iter().zip(next).fold(i64::MAX, |least, (one, next)| least.min(next.wrapping_sub(*one)))
}
