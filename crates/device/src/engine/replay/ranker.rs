//! [`Ranker`]: which of many numbers has a rank, where it was found a moment ago not far from there.

use super::bits::{self, ROWS};

/// Of so many numbers one is kept on either side of the rank, to look among next time.
const SHARE: usize = 256;

/// Finds the number of a rank. Windows of a fleet are much alike: what was found in one says about where to look in the
/// next, so that most numbers are compared twice and no more. What is found does not depend on it.
#[derive(Debug, Default)]
pub(super) struct Ranker {
    /// Between which numbers the rank is likely to be.
    near: Option<(f64, f64)>,
    /// Numbers in a form that is ordered as whole numbers are, which is faster to rank.
    kept: Vec<i64>,
}

impl Ranker {
    /// The number at a position of the sorted numbers [`f64::total_cmp`], and how many numbers there are; what is no
    /// number is passed over. The position is told by how many there are, which is found on the way. `None` when it is
    /// told to be nowhere, or beyond them.
    pub(super) fn find(&mut self, values: &[f64], position: impl Fn(usize) -> Option<usize>) -> (Option<f64>, usize) {
        if let Some((low, high)) = self.near {
            let (below, count) = self.keep_between(values, low, high);
            let Some(position) = position(count) else { return (None, count) };
            if let Some(place) = position.checked_sub(below)
                && place < self.kept.len()
            {
                return (self.select(place, width(count), (low, high)), count);
            }
        }
        self.kept.clear();
        self.kept.extend(values.iter().filter(|value| !value.is_nan()).map(|value| folded(*value)));
        let count = self.kept.len();
        let Some(position) = position(count) else { return (None, count) };
        (self.select(position, width(count), (f64::NEG_INFINITY, f64::INFINITY)), count)
    }

    /// Keeps the numbers between two; how many are less, and how many numbers there are at all.
    fn keep_between(&mut self, values: &[f64], low: f64, high: f64) -> (usize, usize) {
        self.kept.clear();
        let (mut below, mut count) = (0, 0);
        let (blocks, rest) = values.as_chunks::<ROWS>();
        for block in blocks {
            below += block.iter().map(|value| usize::from(*value < low)).sum::<usize>();
            count += block.iter().map(|value| usize::from(!value.is_nan())).sum::<usize>();
            let mut between = bits::of(block, |value| low <= value && value <= high);
            while between != 0 {
                let value = block.get(between.trailing_zeros() as usize).copied().unwrap_or_default();
                self.kept.push(folded(value));
                between &= between - 1;
            }
        }
        for value in rest {
            below += usize::from(*value < low);
            count += usize::from(!value.is_nan());
            if low <= *value && *value <= high {
                self.kept.push(folded(*value));
            }
        }
        (below, count)
    }

    /// Selects among what is kept, and remembers what is `width` places before and after. Where nothing was kept there,
    /// it is looked for beyond the bounds next time.
    fn select(&mut self, place: usize, width: usize, (low, high): (f64, f64)) -> Option<f64> {
        if place >= self.kept.len() {
            return None;
        }
        let (less, found, more) = self.kept.select_nth_unstable(place);
        let margin = (high - low) / 4.0;
        let from = match less.len().checked_sub(width) {
            Some(before) if before < less.len() => unfolded(*less.select_nth_unstable(before).1),
            _ => low - margin,
        };
        let to = if width < more.len() { unfolded(*more.select_nth_unstable(width).1) } else { high + margin };
        self.near = Some((from, to));
        Some(unfolded(*found))
    }
}

/// How many places around the rank are looked at next time.
fn width(count: usize) -> usize {
    (count / SHARE).max(4 * count.isqrt())
}

/// A float's bits as a whole number with the same order as [`f64::total_cmp`].
fn folded(value: f64) -> i64 {
    fold(value.to_bits().cast_signed())
}

fn unfolded(folded: i64) -> f64 {
    f64::from_bits(fold(folded).cast_unsigned())
}

fn fold(bits: i64) -> i64 {
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            8 => (-20..200_i32).prop_map(f64::from),
            1 => Just(-0.0),
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
            1 => any::<f64>(),
        ]
    }

    proptest! {
        /// One ranker for windows that are alike and windows that are not finds what sorting finds.
        #[test]
        fn finds_what_sorting_finds(
            windows in prop::collection::vec((prop::collection::vec(value(), 0..400), -50.0..50.0), 1..6),
            share in 0_usize..1000,
        ) {
            let mut ranker = Ranker::default();
            for (window, shift) in windows {
                let values: Vec<f64> = window.iter().map(|value| value + shift).collect();
                let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
                sorted.sort_by(f64::total_cmp);
                let position = sorted.len() * share / 1000;
                let (found, count) = ranker.find(&values, |count| (count > 0).then_some(count * share / 1000));
                prop_assert_eq!(count, sorted.len());
                prop_assert_eq!(found.map(f64::to_bits), sorted.get(position).map(|value| value.to_bits()));
            }
        }
    }
}
