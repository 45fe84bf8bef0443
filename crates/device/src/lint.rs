//! Behaviors that are probably written the wrong way round: a behavior says what is **normal**, and many write down what
//! should raise an alarm, the vendor's own examples among them.

use crate::behavior::{Behavior, ComparisonOperator};

/// What was seen of a behavior: datapoints that were judged, and those that violate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// All of them.
    pub judged: u64,
    /// For which the condition does not hold.
    pub violating: u64,
}

/// Fewer datapoints than this say nothing about what is usual.
pub const JUDGED_MIN: u64 = 20;

/// What is suspicious about a behavior, in a sentence for its author; `None` if nothing is.
///
/// With enough datapoints these decide: a condition that most of them violate describes no normal behavior. Without them
/// the operator does: more than something is hardly ever what is normal of a number that devices report.
#[must_use]
pub fn lint(behavior: &Behavior, seen: Seen) -> Option<String> {
    let operator = behavior.criteria.as_ref()?.comparison_operator?;
    let (name, metric) = (&behavior.name, behavior.metric.as_deref()?);
    if seen.judged >= JUDGED_MIN {
        let share = seen.violating.saturating_mul(100) / seen.judged;
        return (seen.violating > seen.judged / 2).then(|| {
            format!(
                "Behavior {name} says what is normal, and {share}% of the {} datapoints of {metric} that were seen are \
                 not: it would alarm on most devices. If the condition is what should raise an alarm, turn it round: {}.",
                seen.judged,
                turned(operator)
            )
        });
    }
    let alarming = matches!(operator, ComparisonOperator::GreaterThan | ComparisonOperator::GreaterThanEquals);
    alarming.then(|| {
        format!(
            "Behavior {name} says that large values of {metric} are normal: it alarms on a device that does nothing. If \
             large values should raise an alarm, turn it round: {}.",
            turned(operator)
        )
    })
}

/// The advice to use the operator that holds exactly where this one does not.
const fn turned(operator: ComparisonOperator) -> &'static str {
    match operator {
        ComparisonOperator::LessThan => "use greater-than-equals",
        ComparisonOperator::LessThanEquals => "use greater-than",
        ComparisonOperator::GreaterThan => "use less-than-equals",
        ComparisonOperator::GreaterThanEquals => "use less-than",
        ComparisonOperator::InCidrSet => "use not-in-cidr-set",
        ComparisonOperator::NotInCidrSet => "use in-cidr-set",
        ComparisonOperator::InPortSet => "use not-in-port-set",
        ComparisonOperator::NotInPortSet => "use in-port-set",
        ComparisonOperator::InSet => "use not-in-set",
        ComparisonOperator::NotInSet => "use in-set",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::{BehaviorCriteria, MetricValue};

    fn failures(operator: ComparisonOperator) -> Behavior {
        Behavior {
            name: "Failures".to_owned(),
            metric: Some("aws:num-authorization-failures".to_owned()),
            metric_dimension: None,
            criteria: Some(BehaviorCriteria {
                comparison_operator: Some(operator),
                value: Some(MetricValue { count: Some(10), ..MetricValue::default() }),
                duration_seconds: Some(300),
                ..BehaviorCriteria::default()
            }),
            suppress_alerts: None,
            export_metric: None,
        }
    }

    #[test]
    fn what_was_seen_decides_before_the_operator() {
        let seen = |judged, violating| Seen { judged, violating };
        let wrong = failures(ComparisonOperator::GreaterThan);
        assert!(lint(&wrong, Seen::default()).unwrap().contains("use less-than-equals"));
        assert!(lint(&wrong, seen(100, 97)).unwrap().contains("97% of the 100 datapoints"));
        assert_eq!(lint(&wrong, seen(100, 3)), None, "large values are what is normal here");
        let right = failures(ComparisonOperator::LessThanEquals);
        assert_eq!(lint(&right, Seen::default()), None);
        assert_eq!(lint(&right, seen(100, 50)), None);
        assert!(lint(&right, seen(100, 51)).unwrap().contains("use greater-than"));
        assert_eq!(lint(&right, seen(JUDGED_MIN - 1, JUDGED_MIN - 1)), None, "too few to tell");
    }
}
