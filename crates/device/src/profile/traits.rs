//! [`Traits`]: what criteria may say of a metric.

use super::Known;
use crate::behavior::ComparisonOperator;
use crate::custom_metric::CustomMetricType;
use crate::metric::{self, Measure};

/// What may be said of a metric, built-in or custom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    pub(super) measure: Measure,
    pub(super) dimension: bool,
    pub(super) statistical: bool,
    pub(super) ml: bool,
    /// Static criteria must say `durationSeconds`.
    pub(super) duration: bool,
    /// Only upper bounds mean something, and there is no duration.
    pub(super) of_one_moment: bool,
}

impl Traits {
    /// Of a metric of this name, if there is one.
    pub(super) fn of(name: &str, known: &Known) -> Option<Self> {
        if let Some(built_in) = metric::built_in(name) {
            return Some(Self {
                measure: built_in.measure,
                dimension: built_in.dimension,
                statistical: built_in.statistical,
                ml: built_in.ml,
                duration: built_in.duration,
                of_one_moment: name == "aws:disconnect-duration",
            });
        }
        let measure = match known.custom_metrics.get(name)? {
            CustomMetricType::StringList => Measure::Strings,
            CustomMetricType::IpAddressList => Measure::Cidrs,
            CustomMetricType::NumberList => Measure::Numbers,
            CustomMetricType::Number => Measure::Number,
        };
        let number = measure == Measure::Number;
        Some(Self { measure, dimension: false, statistical: number, ml: number, duration: false, of_one_moment: false })
    }

    /// Its values are single numbers.
    pub(super) fn is_number(self) -> bool {
        matches!(self.measure, Measure::Counter | Measure::Gauge | Measure::Number)
    }

    /// The operators that may stand in criteria.
    pub(super) fn operators(self) -> &'static [ComparisonOperator] {
        use ComparisonOperator as Is;
        match self.measure {
            _ if self.of_one_moment => &[Is::LessThan, Is::LessThanEquals],
            Measure::Counter | Measure::Gauge | Measure::Number => {
                &[Is::LessThan, Is::LessThanEquals, Is::GreaterThan, Is::GreaterThanEquals]
            }
            Measure::Cidrs => &[Is::InCidrSet, Is::NotInCidrSet],
            Measure::Ports => &[Is::InPortSet, Is::NotInPortSet],
            Measure::Numbers | Measure::Strings => &[Is::InSet, Is::NotInSet],
        }
    }

    /// The member of a value that fits. Custom numbers are compared with either of two (reference, section 2).
    pub(super) fn members(self) -> &'static [&'static str] {
        match self.measure {
            Measure::Counter | Measure::Gauge => &["count"],
            Measure::Number => &["number", "count"],
            Measure::Cidrs => &["cidrs"],
            Measure::Ports => &["ports"],
            Measure::Numbers => &["numbers"],
            Measure::Strings => &["strings"],
        }
    }
}
