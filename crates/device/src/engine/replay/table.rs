//! Windows of five minutes by things: what a percentile is taken of.

use super::super::rings::Joining;
use super::PERIOD_MS;

/// One window: a value for each thing that has one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    /// By code; no number where there is no datapoint.
    pub(super) values: &'a [f64],
    /// By code, a bit: the newest datapoint is at the very end of the window.
    at_end: &'a [u64],
    /// A value is negative.
    pub(super) negative: bool,
}

impl Window<'_> {
    pub(super) fn is_at_end(&self, code: usize) -> bool {
        self.at_end.get(code / BITS).is_some_and(|bits| bits >> (code % BITS) & 1 == 1)
    }
}

/// Bits of a word.
const BITS: usize = 64;

/// Windows in a row. Their values stand in one piece of memory, window by window; the place of a window is its number
/// modulo how many there is room for.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The number of the first window: its end, in periods since 1970.
    first: i64,
    /// How many windows there are, and how many there is room for: a power of two.
    count: usize,
    room: usize,
    /// Things that there is room for: whole words of bits.
    things: usize,
    values: Vec<f64>,
    at_end: Vec<u64>,
    negative: Vec<bool>,
}

/// The number of the window that a time falls into: windows hold their end, and not their beginning.
pub(super) fn number(at: i64) -> i64 {
    at.saturating_add(PERIOD_MS - 1).div_euclid(PERIOD_MS)
}

/// Windows that there is room for at least: an hour's, and some.
const ROOM_MIN: usize = 16;
/// Windows that are kept at most: a month of them. Whoever replays a fleet of any size keeps an hour.
const WINDOWS_MAX: i64 = 31 * 288;

impl Table {
    /// The numbers of the windows that are there.
    pub(super) fn numbers(&self) -> std::ops::Range<i64> {
        self.first..self.first.saturating_add(i64::try_from(self.count).unwrap_or(i64::MAX))
    }

    /// Where a window stands.
    #[expect(clippy::cast_possible_truncation, reason = "the lower bits choose the place")]
    fn slot(&self, number: i64) -> usize {
        number as usize & self.room.wrapping_sub(1)
    }

    pub(super) fn window(&self, number: i64) -> Option<Window<'_>> {
        let (slot, words) = (self.slot(number), self.things / BITS);
        self.numbers().contains(&number).then_some(())?;
        Some(Window {
            values: self.values.get(slot * self.things..)?.get(..self.things)?,
            at_end: self.at_end.get(slot * words..)?.get(..words)?,
            negative: *self.negative.get(slot)?,
        })
    }

    /// Forgets windows before this number.
    pub(super) fn forget(&mut self, before: i64) {
        while self.first < before && self.count > 0 {
            let (slot, words) = (self.slot(self.first), self.things / BITS);
            if let Some(values) = self.values.get_mut(slot * self.things..(slot + 1) * self.things) {
                values.fill(f64::NAN);
            }
            if let Some(bits) = self.at_end.get_mut(slot * words..(slot + 1) * words) {
                bits.fill(0);
            }
            if let Some(negative) = self.negative.get_mut(slot) {
                *negative = false;
            }
            self.first += 1;
            self.count -= 1;
        }
    }

    /// Adds the datapoints of one thing that are newer than `newest`, and says how new the newest is then. Those whose
    /// window is forgotten, or too far ahead of the first to be kept, are left out.
    pub(super) fn add(
        &mut self,
        code: u32,
        things: usize,
        (at, value): (&[i64], &[f64]),
        newest: i64,
        joining: Joining,
    ) -> i64 {
        let code = code as usize;
        if code >= self.things {
            // things become known a few at a time
            let things = things.max(code + 1).max(self.things * 2);
            self.resize(self.room, things.next_multiple_of(BITS));
        }
        match self.add_in_a_row(code, at, value, newest) {
            Some(newest) => newest,
            None => self.add_one_by_one(code, at, value, newest, joining),
        }
    }

    /// The way of most: one datapoint within each of some windows in a row, none of them negative. `None` if it is not so;
    /// then nothing was added.
    fn add_in_a_row(&mut self, code: usize, at: &[i64], value: &[f64], newest: i64) -> Option<i64> {
        let (first, last) = (*at.first()?, *at.last()?);
        let number = number(first);
        let begin = (number - 1).checked_mul(PERIOD_MS)?;
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        if newest > begin || place.checked_add(at.len())? > self.count {
            return None;
        }
        // without leaving early: a branch less for each; and by signs, because not every processor compares such numbers
        // several at once
        let odd = at.iter().zip(0..).fold(0, |odd, (at, row)| {
            let inside = at.wrapping_sub(begin).wrapping_sub(row * PERIOD_MS);
            odd | inside.wrapping_sub(1) | (PERIOD_MS - 1).wrapping_sub(inside)
        });
        let negative = value.iter().fold(false, |negative, value| negative | (*value < 0.0));
        if odd < 0 || negative {
            return None;
        }
        for (number, value) in (number..).zip(value) {
            let place = self.slot(number) * self.things + code;
            *self.values.get_mut(place)? = *value;
        }
        Some(last)
    }

    fn add_one_by_one(&mut self, code: usize, at: &[i64], value: &[f64], mut newest: i64, joining: Joining) -> i64 {
        for (at, value) in at.iter().copied().zip(value.iter().copied()) {
            let number = number(at);
            if at <= newest || !self.reach(number) {
                continue;
            }
            let slot = self.slot(number);
            let Some(held) = self.values.get_mut(slot * self.things + code) else { continue };
            *held = if joining == Joining::Newest || held.is_nan() { value } else { *held + value };
            if value < 0.0
                && let Some(negative) = self.negative.get_mut(slot)
            {
                *negative = true;
            }
            if at == number * PERIOD_MS
                && let Some(bits) = self.at_end.get_mut(slot * (self.things / BITS) + code / BITS)
            {
                *bits |= 1 << (code % BITS);
            }
            newest = at;
        }
        newest
    }

    /// Makes sure that there is such a window; false if it cannot be kept.
    fn reach(&mut self, number: i64) -> bool {
        if self.numbers().contains(&number) {
            return true;
        }
        if self.count == 0 {
            self.first = number;
        }
        let (first, end) = (self.first.min(number), self.numbers().end.max(number.saturating_add(1)));
        let Some(count) = end.checked_sub(first).filter(|count| *count <= WINDOWS_MAX) else { return false };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count > self.room {
            self.resize(count.next_power_of_two().max(ROOM_MIN), self.things);
        }
        (self.first, self.count) = (first, count);
        true
    }

    /// Makes room for other numbers of windows and things.
    fn resize(&mut self, room: usize, things: usize) {
        let mut wider = Self {
            room,
            things,
            values: vec![f64::NAN; room * things],
            at_end: vec![0; room * (things / BITS)],
            negative: vec![false; room],
            ..Self::default()
        };
        for number in self.numbers() {
            let (slot, Some(window)) = (wider.slot(number), self.window(number)) else { continue };
            let values = wider.values.iter_mut().skip(slot * things).zip(window.values);
            values.for_each(|(new, old)| *new = *old);
            let bits = wider.at_end.iter_mut().skip(slot * (things / BITS)).zip(window.at_end);
            bits.for_each(|(new, old)| *new = *old);
            if let Some(negative) = wider.negative.get_mut(slot) {
                *negative = window.negative;
            }
        }
        (wider.first, wider.count) = (self.first, self.count);
        *self = wider;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datapoints_fall_into_the_window_that_they_end_in() {
        let mut table = Table::default();
        // one thing after the other, as a replay hands them out
        let times = [1, PERIOD_MS, PERIOD_MS, PERIOD_MS + 1];
        assert_eq!(table.add(3, 5, (&times, &[1.0, 2.0, 32.0, 4.0]), i64::MIN, Joining::Sum), PERIOD_MS + 1);
        assert_eq!(table.add(2, 5, (&[-1], &[8.0]), i64::MIN, Joining::Sum), -1);
        assert_eq!(table.numbers(), 0..3);
        let values: Vec<f64> = (0..3).map(|number| table.window(number).unwrap().values[3]).collect();
        assert!(values[0].is_nan());
        assert_eq!((values[1], values[2], table.window(0).unwrap().values[2]), (3.0, 4.0, 8.0));
        assert!(table.window(1).unwrap().is_at_end(3) && !table.window(2).unwrap().is_at_end(3));
        let ahead = (WINDOWS_MAX + 1) * PERIOD_MS;
        assert_eq!(table.add(0, 5, (&[ahead], &[0.0]), 0, Joining::Sum), 0, "it is too far ahead");
        table.forget(2);
        assert_eq!(table.numbers(), 2..3);
        // it takes the place of one that was forgotten
        let later = 1 + i64::try_from(ROOM_MIN).unwrap();
        assert_eq!(table.add(1, 5, (&[later * PERIOD_MS], &[1.0]), 0, Joining::Sum), later * PERIOD_MS);
        let again = table.window(later).unwrap();
        assert!(again.values[3].is_nan() && again.is_at_end(1) && !again.is_at_end(3), "nothing is left of before");
    }
}
