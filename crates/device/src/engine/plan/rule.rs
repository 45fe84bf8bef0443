//! [`Rule`]: one behavior, compiled.

use std::sync::Arc;

use super::super::criterion::{Membership, Order};
use super::super::rings::Joining;
use crate::behavior::ConfidenceLevel;
use crate::metric::Measure;

/// One behavior with criteria.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) profile_name: Arc<str>,
    pub(crate) name: Arc<str>,
    /// The number of what it judges.
    pub(crate) measured: u32,
    /// What its values are.
    pub(crate) measure: Measure,
    pub(crate) to_alarm: u8,
    pub(crate) to_clear: u8,
    pub(crate) judge: Judge,
}

/// How it judges.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Judge {
    /// A number against a threshold. `slots`: the sum over so many, else the datapoint alone.
    Number { order: Order, threshold: f64, slots: Option<u32> },
    /// A list against a set.
    Members(Membership),
    /// A number over so many slots against a percentile of the fleet, at each tick.
    Fleet { order: Order, statistic: Statistic, slots: u32, joining: Joining },
    /// A datapoint against a model.
    Model(ConfidenceLevel),
}

impl Judge {
    /// It needs more than the datapoint.
    pub(crate) const fn remembers(&self) -> bool {
        matches!(self, Self::Number { slots: Some(_), .. } | Self::Fleet { .. })
    }
}

impl Rule {
    pub(crate) const fn confidence(&self) -> Option<ConfidenceLevel> {
        match self.judge {
            Judge::Model(level) => Some(level),
            _ => None,
        }
    }
}

/// A percentile, in parts of a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statistic(u32);

const MILLION: u64 = 1_000_000;
/// Digits behind the point of a percentage that parts of a million can hold.
const DECIMALS: usize = 4;

impl Statistic {
    /// Reads `p90`, `p99.99`.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('p')?;
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let decimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !decimal(whole) || !decimal(part) || part.len() > DECIMALS {
            return None;
        }
        let millionths = format!("{whole}{part:0<DECIMALS$}").parse().ok()?;
        (u64::from(millionths) <= MILLION).then_some(Self(millionths))
    }

    /// Where the percentile stands among so many sorted values, from zero: nearest rank, `p0` is the least and `p100`
    /// the greatest.
    pub(crate) fn position(self, values: usize) -> usize {
        let values = values as u64;
        let rank = (u64::from(self.0) * values).div_ceil(MILLION).clamp(1, values.max(1));
        usize::try_from(rank - 1).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let position = |text: &str, values| Statistic::of(text).unwrap().position(values);
        assert_eq!(position("p0", 5), 0);
        assert_eq!(position("p100", 5), 4);
        assert_eq!(position("p50", 4), 1);
        assert_eq!(position("p50", 5), 2);
        assert_eq!(position("p90", 10), 8);
        assert_eq!(position("p99.99", 10_000), 9_998);
        assert_eq!(position("p99.9", 10_000), 9_989);
        assert_eq!(position("p0.01", 10_000), 0);
        assert_eq!(position("p0.01", 10_001), 1);
        assert_eq!(position("p1", 201), 2);
        for wrong in ["90", "p", "p101", "p1.23456", "p-1", "p1.", "px"] {
            assert_eq!(Statistic::of(wrong), None, "{wrong}");
        }
    }
}
