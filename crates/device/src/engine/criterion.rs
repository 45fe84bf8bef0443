//! Criteria, compiled: what a value is compared with, and the comparison.

use bartizan_policy::Sink;

use super::address::{Network, Networks};
use super::blind;
use super::finding::Finding;
use crate::behavior::{ComparisonOperator, MetricValue};

/// A comparison of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    /// The vendor's operator as a comparison; `None` for one of sets.
    pub(crate) const fn of(operator: ComparisonOperator) -> Option<Self> {
        Some(match operator {
            ComparisonOperator::LessThan => Self::Less,
            ComparisonOperator::LessThanEquals => Self::LessOrEqual,
            ComparisonOperator::GreaterThan => Self::Greater,
            ComparisonOperator::GreaterThanEquals => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether a value stands so to a threshold.
    pub(crate) fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Less => value < threshold,
            Self::LessOrEqual => value <= threshold,
            Self::Greater => value > threshold,
            Self::GreaterOrEqual => value >= threshold,
        }
    }

    /// True where large values are the normal ones.
    pub(crate) const fn wants_large(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual)
    }
}

/// A set that the elements of a list are looked up in. `outside`: none of them may be in it; else all must be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Membership {
    pub(crate) outside: bool,
    pub(crate) set: Set,
}

/// The sets, each sorted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Set {
    Networks(Networks),
    Ports(Vec<i32>),
    Strings(Vec<String>),
    /// Without the sign of zero.
    Numbers(Vec<f64>),
}

impl Set {
    pub(crate) fn ports(mut ports: Vec<i32>) -> Self {
        ports.sort_unstable();
        Self::Ports(ports)
    }

    pub(crate) fn strings(mut strings: Vec<String>) -> Self {
        strings.sort_unstable();
        Self::Strings(strings)
    }

    pub(crate) fn numbers(numbers: &[f64]) -> Self {
        let mut numbers: Vec<f64> = numbers.iter().map(|number| number + 0.0).collect();
        numbers.sort_unstable_by(f64::total_cmp);
        Self::Numbers(numbers)
    }
}

impl Membership {
    /// Whether a list conforms; an empty one always does. `None` when the value has no list of this type.
    pub(crate) fn holds(&self, value: &MetricValue, out: &mut dyn Sink<Finding>) -> Option<bool> {
        Some(match &self.set {
            Set::Networks(networks) => value.cidrs.as_ref()?.iter().all(|text| match text.parse::<Network>() {
                Ok(network) if self.outside => !networks.meet(network),
                Ok(network) => networks.contain(network),
                Err(_) => {
                    out.blind(blind::ADDRESS);
                    true
                }
            }),
            Set::Ports(ports) => {
                value.ports.as_ref()?.iter().all(|port| ports.binary_search(port).is_ok() != self.outside)
            }
            Set::Strings(strings) => {
                value.strings.as_ref()?.iter().all(|text| strings.binary_search(text).is_ok() != self.outside)
            }
            Set::Numbers(numbers) => value.numbers.as_ref()?.iter().all(|number| {
                let number = number + 0.0;
                numbers.binary_search_by(|held| held.total_cmp(&number)).is_ok() != self.outside
            }),
        })
    }
}

/// The number of a value: counters and gauges have a count, custom numbers a number; either is taken for the other.
#[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 in five minutes are not measured")]
pub(crate) fn number(value: &MetricValue) -> Option<f64> {
    value.count.map(|count| count as f64).or(value.number).filter(|number| number.is_finite())
}
