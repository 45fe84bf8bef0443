//! Windows of five minutes by things: what a percentile is taken of.

use std::collections::VecDeque;

use super::super::rings::Joining;
use super::PERIOD_MS;

/// One window: a value for each thing that has one.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    /// By code; no number where there is no datapoint.
    pub(super) values: Vec<f64>,
    /// By code, a bit: the newest datapoint is at the very end of the window.
    pub(super) at_end: Vec<u64>,
    /// A value is negative.
    pub(super) negative: bool,
}

impl Window {
    pub(super) fn is_at_end(&self, code: usize) -> bool {
        self.at_end.get(code / 64).is_some_and(|bits| bits >> (code % 64) & 1 == 1)
    }
}

/// Windows in a row, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The number of the first window: its end, in periods since 1970.
    first: i64,
    windows: VecDeque<Window>,
    /// Windows that were forgotten: their room is used again.
    spare: Vec<Window>,
}

/// The number of the window that a time falls into: windows hold their end, and not their beginning.
pub(super) fn number(at: i64) -> i64 {
    at.saturating_add(PERIOD_MS - 1).div_euclid(PERIOD_MS)
}

/// Windows that are kept at most: a month of them. Whoever replays a fleet of any size keeps an hour.
const WINDOWS_MAX: i64 = 31 * 288;

impl Table {
    /// The numbers of the windows that are there.
    pub(super) fn numbers(&self) -> std::ops::Range<i64> {
        self.first..self.first + i64::try_from(self.windows.len()).unwrap_or(i64::MAX)
    }

    pub(super) fn window(&self, number: i64) -> Option<&Window> {
        self.windows.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Forgets windows before this number.
    pub(super) fn forget(&mut self, before: i64) {
        while self.first < before
            && let Some(mut window) = self.windows.pop_front()
        {
            self.first += 1;
            window.values.clear();
            window.at_end.clear();
            window.negative = false;
            self.spare.push(window);
        }
    }

    /// Adds the datapoints of one thing that are newer than `newest`, and says how new the newest is then. Those whose
    /// window is forgotten, or too far ahead of the first to be kept, are left out.
    pub(super) fn add(
        &mut self,
        code: u32,
        things: usize,
        datapoints: impl Iterator<Item = (i64, f64)>,
        newest: i64,
        joining: Joining,
    ) -> i64 {
        let (code, mut newest) = (code as usize, newest);
        for (at, value) in datapoints {
            if at <= newest {
                continue;
            }
            let number = number(at);
            let Some(window) = self.reach(number) else { continue };
            if window.values.len() <= code {
                window.values.resize(things.max(code + 1), f64::NAN);
                window.at_end.resize(window.values.len().div_ceil(64), 0);
            }
            let Some(held) = window.values.get_mut(code) else { continue };
            *held = if joining == Joining::Sum && !held.is_nan() { *held + value } else { value };
            window.negative |= value < 0.0;
            if at == number * PERIOD_MS
                && let Some(bits) = window.at_end.get_mut(code / 64)
            {
                *bits |= 1 << (code % 64);
            }
            newest = at;
        }
        newest
    }

    #[inline]
    fn reach(&mut self, number: i64) -> Option<&mut Window> {
        let place = number.wrapping_sub(self.first);
        if !(0..i64::try_from(self.windows.len()).unwrap_or(i64::MAX)).contains(&place) {
            self.make(number);
        }
        let place = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        self.windows.get_mut(place?)
    }

    #[cold]
    fn make(&mut self, number: i64) {
        if self.windows.is_empty() {
            self.first = number;
        }
        while number < self.first && self.numbers().end - number <= WINDOWS_MAX {
            self.windows.push_front(self.spare.pop().unwrap_or_default());
            self.first -= 1;
        }
        while number >= self.numbers().end && number - self.first < WINDOWS_MAX {
            self.windows.push_back(self.spare.pop().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datapoints_fall_into_the_window_that_they_end_in() {
        let mut table = Table::default();
        for datapoint in [(1, 1.0), (PERIOD_MS, 2.0), (PERIOD_MS + 1, 4.0), (-1, 8.0)] {
            assert_eq!(table.add(3, 5, [datapoint].into_iter(), i64::MIN, Joining::Sum), datapoint.0);
        }
        assert_eq!(table.numbers(), 0..3);
        let values: Vec<f64> = (0..3).map(|number| table.window(number).unwrap().values[3]).collect();
        assert_eq!(values, [8.0, 3.0, 4.0]);
        assert!(table.window(1).unwrap().is_at_end(3) && !table.window(2).unwrap().is_at_end(3));
        let ahead = ((WINDOWS_MAX + 1) * PERIOD_MS, 0.0);
        assert_eq!(table.add(0, 5, [ahead].into_iter(), 0, Joining::Sum), 0, "it is too far ahead");
        table.forget(2);
        assert_eq!(table.numbers(), 2..3);
        assert_eq!(table.add(1, 5, [(3 * PERIOD_MS, 1.0)].into_iter(), 0, Joining::Sum), 3 * PERIOD_MS);
        let again = &table.window(3).unwrap();
        assert!(again.values[3].is_nan() && again.is_at_end(1) && !again.is_at_end(3), "nothing is left of before");
    }
}
