//! What is measured, to small numbers: a report names ten metrics, and most are looked up for nothing.

use crate::behavior::DimensionValueOperator;
use crate::observe::Measured;

/// Open addressing over the plan's list; what is looked up does not grow it.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    /// One more than the number; zero is empty. The length is a power of two, at most half full.
    table: Vec<u32>,
}

impl Index {
    pub(crate) fn of(measures: &[Measured]) -> Self {
        let mut table = vec![0; (measures.len() * 2).next_power_of_two().max(2)];
        let mask = table.len() - 1;
        for (number, measured) in (1..).zip(measures) {
            let mut at = start(measured, mask);
            while table.get(at).is_some_and(|entry| *entry != 0) {
                at = (at + 1) & mask;
            }
            if let Some(entry) = table.get_mut(at) {
                *entry = number;
            }
        }
        Self { table }
    }

    pub(crate) fn find(&self, measures: &[Measured], measured: &Measured) -> Option<u32> {
        let mask = self.table.len() - 1;
        let mut at = start(measured, mask);
        loop {
            let number = self.table.get(at)?.checked_sub(1)?;
            if measures.get(number as usize) == Some(measured) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }
}

fn start(measured: &Measured, mask: usize) -> usize {
    let mut hash = mix(measured.metric.len() as u64, measured.metric.as_bytes());
    if let Some((name, operator)) = &measured.dimension {
        hash = mix(hash ^ u64::from(*operator == DimensionValueOperator::NotIn), name.as_bytes());
    }
    #[expect(clippy::cast_possible_truncation, reason = "the lower bits choose the place")]
    let place = (hash ^ (hash >> 32)) as usize;
    place & mask
}

/// An odd number without pattern.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(seed: u64, bytes: &[u8]) -> u64 {
    let (whole, rest) = bytes.as_chunks::<8>();
    let mut tail = [0; 8];
    for (to, from) in tail.iter_mut().zip(rest) {
        *to = *from;
    }
    let words = whole.iter().chain([&tail]).map(|word| u64::from_le_bytes(*word));
    words.fold(seed, |hash, word| (hash ^ word).wrapping_mul(FACTOR).rotate_left(29))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_there_is() {
        let measured = |metric: &str, dimension: Option<(&str, DimensionValueOperator)>| Measured {
            metric: metric.into(),
            dimension: dimension.map(|(name, operator)| (name.into(), operator)),
        };
        let mut all: Vec<Measured> = crate::metric::BUILT_IN.iter().map(|metric| measured(metric.name, None)).collect();
        all.push(measured("aws:num-messages-sent", Some(("d", DimensionValueOperator::In))));
        all.push(measured("aws:num-messages-sent", Some(("d", DimensionValueOperator::NotIn))));
        let index = Index::of(&all);
        for (number, one) in (0..).zip(&all) {
            assert_eq!(index.find(&all, one), Some(number));
        }
        assert_eq!(index.find(&all, &measured("aws:num-messages-sent", Some(("e", DimensionValueOperator::In)))), None);
        assert_eq!(index.find(&all, &measured("cpu", None)), None);
        assert_eq!(Index::of(&[]).find(&[], &measured("cpu", None)), None);
    }
}
