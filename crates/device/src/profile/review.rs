//! The rules between members of a profile [IoT Device Defender developer guide, "Detect"; decisions 1, 9, 14 and 31 of
//! the reference]. The one text of the vendor that is known is `Behavior Authorization is malformed.
//! consecutiveDatapointsToAlarm 100000 should be in range[1,10]`; the others follow it.

use std::collections::BTreeSet;

use bartizan_wire::{Path, Rule, Shape, Violations};

use super::addresses::is_network;
use super::traits::Traits;
use super::{Known, SecurityProfile, VALUE_ELEMENTS_MAX};
use crate::behavior::{Behavior, BehaviorCriteria, MetricDimension, MetricValue};
use crate::metric::DURATIONS_SECONDS;

/// Everything that is wrong with a profile, one sentence each.
#[must_use]
pub fn review(profile: &SecurityProfile, known: &Known) -> Vec<String> {
    let mut wrong = judge(&profile.behaviors, known);
    for kept in &profile.additional_metrics_to_retain {
        let mut tell = |text: String| wrong.push(format!("additionalMetricsToRetain is malformed. {text}"));
        match Traits::of(&kept.metric, known) {
            Some(traits) => {
                if let Some(dimension) = &kept.metric_dimension {
                    dimension_rules(&kept.metric, traits, dimension, known, &mut tell);
                }
            }
            None => tell(unknown_metric(&kept.metric)),
        }
    }
    for (kind, target) in &profile.alert_targets {
        if kind != "SNS" {
            wrong.push(format!("alertTargets is malformed. {kind} is not a type of target: use SNS"));
        }
        for (member, arn) in [("alertTargetArn", &target.alert_target_arn), ("roleArn", &target.role_arn)] {
            if !arn.starts_with("arn:") {
                wrong.push(format!("alertTargets is malformed. {member} {arn} should be an ARN"));
            }
        }
    }
    if let Some(config) = &profile.metrics_export_config {
        if config.mqtt_topic.contains(['+', '#', '\0']) {
            wrong.push(format!(
                "metricsExportConfig is malformed. mqttTopic {} should have no wildcards",
                config.mqtt_topic
            ));
        }
        if !config.role_arn.starts_with("arn:") {
            wrong.push(format!("metricsExportConfig is malformed. roleArn {} should be an ARN", config.role_arn));
        }
    }
    wrong
}

/// Everything that is wrong with behaviors, one sentence each.
#[must_use]
pub fn judge(behaviors: &[Behavior], known: &Known) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for behavior in behaviors {
        let name = &behavior.name;
        let mut tell = |text: String| wrong.push(format!("Behavior {name} is malformed. {text}"));
        if !names.insert(name) {
            tell(format!("name {name} should be unique in the profile"));
        }
        constraints(behavior, &mut tell);
        behavior_rules(behavior, known, &mut tell);
    }
    let elements: usize = behaviors.iter().filter_map(|behavior| behavior.criteria.as_ref()).map(elements).sum();
    if elements > VALUE_ELEMENTS_MAX {
        wrong.push(format!(
            "The profile is malformed. Its criteria list {elements} values, at most {VALUE_ELEMENTS_MAX} are allowed"
        ));
    }
    wrong
}

/// The sentences as violations.
pub(super) fn violations(sentences: Vec<String>) -> Violations {
    let mut out = Violations::new();
    for sentence in sentences {
        out.review(&Path::root(), sentence);
    }
    out
}

fn unknown_metric(name: &str) -> String {
    format!("metric {name} should be one of the built-in metrics or a custom metric that exists")
}

/// The model's own constraints, in the form of the vendor's text.
fn constraints(behavior: &Behavior, tell: &mut impl FnMut(String)) {
    if let Some(criteria) = &behavior.criteria {
        for (member, run) in [
            ("consecutiveDatapointsToAlarm", criteria.consecutive_datapoints_to_alarm),
            ("consecutiveDatapointsToClear", criteria.consecutive_datapoints_to_clear),
        ] {
            if let Some(run) = run.filter(|run| !(1..=10).contains(run)) {
                tell(format!("{member} {run} should be in range[1,10]"));
            }
        }
    }
    let mut out = Violations::new();
    behavior.check(&mut Path::root(), &mut out);
    for violation in out.iter() {
        let member = violation.at.strip_prefix("criteria.").unwrap_or(&violation.at);
        if member.starts_with("consecutiveDatapoints") {
            continue;
        }
        if let Rule::Constraint(sentence) = &violation.rule {
            tell(format!("{member} {}: {sentence}", violation.value.as_deref().unwrap_or_default()));
        }
    }
}

fn behavior_rules(behavior: &Behavior, known: &Known, tell: &mut impl FnMut(String)) {
    let Some(name) = &behavior.metric else {
        return tell("metric null should name a metric".to_owned());
    };
    let Some(traits) = Traits::of(name, known) else { return tell(unknown_metric(name)) };
    if let Some(dimension) = &behavior.metric_dimension {
        dimension_rules(name, traits, dimension, known, tell);
    }
    if let Some(criteria) = &behavior.criteria {
        criteria_rules(name, traits, criteria, tell);
    }
}

fn dimension_rules(
    metric: &str,
    traits: Traits,
    dimension: &MetricDimension,
    known: &Known,
    tell: &mut impl FnMut(String),
) {
    let name = &dimension.dimension_name;
    if !traits.dimension {
        tell(format!("metricDimension {name} should be absent: {metric} has no dimensions"));
    } else if !known.dimensions.contains(name) {
        tell(format!("metricDimension {name} should be a dimension that exists"));
    }
}

fn criteria_rules(metric: &str, traits: Traits, criteria: &BehaviorCriteria, tell: &mut impl FnMut(String)) {
    if let Some(seconds) = criteria.duration_seconds
        && !DURATIONS_SECONDS.contains(&seconds)
    {
        tell(format!("durationSeconds {seconds} should be one of {DURATIONS_SECONDS:?}"));
    }
    match (&criteria.value, &criteria.statistical_threshold, &criteria.ml_detection_config) {
        (Some(value), None, None) => static_rules(metric, traits, criteria, value, tell),
        (None, Some(threshold), None) => {
            if !traits.statistical {
                tell(format!("statisticalThreshold should be absent: {metric} is not compared with percentiles"));
            }
            if threshold.statistic.is_none() {
                tell("statisticalThreshold null should say a statistic".to_owned());
            }
            operator_rules(metric, traits, criteria, tell);
        }
        (None, None, Some(_)) => {
            if !traits.ml {
                tell(format!("mlDetectionConfig should be absent: {metric} is not judged by a model"));
            }
            if criteria.comparison_operator.is_some() {
                tell("comparisonOperator should be absent with mlDetectionConfig".to_owned());
            }
            if let Some(seconds) = criteria.duration_seconds {
                tell(format!("durationSeconds {seconds} should be absent with mlDetectionConfig"));
            }
        }
        (None, None, None) => {
            tell("criteria should say one of value, statisticalThreshold and mlDetectionConfig".to_owned());
        }
        _ => tell("criteria should say only one of value, statisticalThreshold and mlDetectionConfig".to_owned()),
    }
}

fn operator_rules(metric: &str, traits: Traits, criteria: &BehaviorCriteria, tell: &mut impl FnMut(String)) {
    let spelled = || traits.operators().iter().map(|operator| operator.as_wire()).collect::<Vec<_>>().join(", ");
    match criteria.comparison_operator {
        None => tell(format!("comparisonOperator null should be one of [{}]", spelled())),
        Some(operator) if !traits.operators().contains(&operator) => {
            let operator = operator.as_wire();
            tell(format!("comparisonOperator {operator} should be one of [{}] for {metric}", spelled()));
        }
        Some(_) => {}
    }
}

fn static_rules(
    metric: &str,
    traits: Traits,
    criteria: &BehaviorCriteria,
    value: &MetricValue,
    tell: &mut impl FnMut(String),
) {
    operator_rules(metric, traits, criteria, tell);
    let present = members_of(value);
    let fitting = traits.members();
    if present.len() != 1 || !present.iter().all(|member| fitting.contains(member)) {
        let said = if present.is_empty() { "null".to_owned() } else { present.join(", ") };
        tell(format!("value {said} should be {} alone for {metric}", fitting.join(" or ")));
    }
    for cidr in value.cidrs.iter().flatten().filter(|cidr| !is_network(cidr)) {
        tell(format!("cidrs {cidr} should be an address or a network such as 10.0.0.0/8"));
    }
    match criteria.duration_seconds {
        None if traits.duration => {
            tell(format!("durationSeconds null should be one of {DURATIONS_SECONDS:?} for {metric}"));
        }
        Some(seconds) if !traits.is_number() || traits.of_one_moment => {
            tell(format!("durationSeconds {seconds} should be absent for {metric}"));
        }
        _ => {}
    }
}

/// The names of the members that are present.
fn members_of(value: &MetricValue) -> Vec<&'static str> {
    let MetricValue { count, cidrs, ports, number, numbers, strings } = value;
    [
        ("count", count.is_some()),
        ("cidrs", cidrs.is_some()),
        ("ports", ports.is_some()),
        ("number", number.is_some()),
        ("numbers", numbers.is_some()),
        ("strings", strings.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, present)| present.then_some(name))
    .collect()
}

fn elements(criteria: &BehaviorCriteria) -> usize {
    criteria.value.as_ref().map_or(0, |value| {
        let lengths = [
            value.cidrs.as_ref().map(Vec::len),
            value.ports.as_ref().map(Vec::len),
            value.numbers.as_ref().map(Vec::len),
            value.strings.as_ref().map(Vec::len),
        ];
        lengths.into_iter().flatten().sum()
    })
}
