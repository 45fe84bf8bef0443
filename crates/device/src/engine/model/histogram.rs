//! How often which values came: buckets that are a thirty-second of their value wide.

/// Bits of a float's fraction that tell buckets apart: whole numbers below 64 have buckets of their own.
const FRACTION_BITS: u32 = 5;
const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - FRACTION_BITS;
/// Buckets of one histogram at most; what would need more goes to the nearest one.
const BUCKETS_MAX: usize = 1_024;

/// Counts by bucket.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Histogram {
    /// Sorted by bucket.
    pub(crate) counts: Vec<(i32, u64)>,
}

impl Histogram {
    pub(crate) fn add(&mut self, value: f64) {
        self.add_many(bucket(value), 1);
    }

    pub(crate) fn add_many(&mut self, bucket: i32, many: u64) {
        match self.counts.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(place) => {
                if let Some((_, count)) = self.counts.get_mut(place) {
                    *count += many;
                }
            }
            Err(place) if self.counts.len() < BUCKETS_MAX => self.counts.insert(place, (bucket, many)),
            Err(place) => {
                let place = place.min(self.counts.len().saturating_sub(1));
                if let Some((_, count)) = self.counts.get_mut(place) {
                    *count += many;
                }
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (bucket, many) in &other.counts {
            self.add_many(*bucket, *many);
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    /// The percentile by nearest rank: the end of its bucket that is nearer to zero.
    pub(crate) fn percentile(&self, percent: u64) -> Option<f64> {
        let rank = (self.len() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.counts.iter().find(|(_, count)| {
            seen += count;
            seen >= rank
        });
        found.map(|(bucket, _)| value(*bucket))
    }
}

/// Buckets are ordered as the values are.
fn bucket(value: f64) -> i32 {
    let magnitude = i32::try_from(value.abs().to_bits() >> SHIFT).unwrap_or(i32::MAX);
    if value < 0.0 { -magnitude } else { magnitude }
}

fn value(bucket: i32) -> f64 {
    let magnitude = f64::from_bits(u64::from(bucket.unsigned_abs()) << SHIFT);
    if bucket < 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_whole_numbers_are_exact_and_others_near() {
        for whole in -63..64 {
            assert_eq!(value(bucket(f64::from(whole))), f64::from(whole));
        }
        for number in [1e-300, 0.1, 1_000.5, 1e300, -7e9] {
            let back = value(bucket(number));
            assert!((back - number).abs() <= number.abs() / 32.0, "{number} {back}");
        }
        let mut sorted: Vec<f64> = (0..1_000).map(|n| f64::from(n * n - 5_000) / 7.0).collect();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.iter().map(|value| bucket(*value)).is_sorted());
    }

    #[test]
    fn percentiles_and_bounds() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(50), None);
        for value in 1..=20 {
            histogram.add(f64::from(value));
        }
        assert_eq!([5, 50, 95].map(|percent| histogram.percentile(percent)), [Some(1.0), Some(10.0), Some(19.0)]);
        for exponent in 0..4_000 {
            histogram.add(1.01_f64.powi(exponent) * 1e-9);
        }
        assert!(histogram.counts.len() <= BUCKETS_MAX);
        assert_eq!(histogram.len(), 4_020);
    }
}
