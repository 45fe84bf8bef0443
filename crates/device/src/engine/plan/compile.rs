//! Behaviors to rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_wire::{Path, Violations};

use super::super::address::{Network, Networks};
use super::super::criterion::{Membership, Order, Set};
use super::super::rings::Joining;
use super::super::window;
use super::measured::Index;
use super::rule::{Judge, Rule, Statistic};
use super::{NamedProfile, Plan};
use crate::behavior::{Behavior, BehaviorCriteria, ComparisonOperator, MetricValue};
use crate::metric::{
    self, BuiltIn, DISCONNECT_DURATION, DURATIONS_SECONDS, MESSAGE_BYTE_SIZE, MESSAGE_BYTE_SIZE_MAX,
    MESSAGE_BYTE_SIZE_MIN, Measure, PERIOD_SECONDS,
};
use crate::observe::Measured;

/// Consecutive datapoints at most.
const CONSECUTIVE_MAX: i32 = 10;
/// A threshold of `aws:disconnect-duration` is in minutes, its values are in seconds (decision 22).
const SECONDS_A_MINUTE: f64 = 60.0;

pub(super) fn compile(profiles: Vec<NamedProfile>, customs: BTreeMap<Arc<str>, Measure>) -> Result<Plan, Violations> {
    let mut out = Violations::new();
    let mut plan = Plan { customs, ..Plan::empty() };
    if profiles.len() > Plan::PROFILES_MAX {
        out.review(&Path::root(), format!("{} profiles are more than can be evaluated", profiles.len()));
    }
    let mut numbers = BTreeMap::new();
    for profile in &profiles {
        let mut names = BTreeSet::new();
        for behavior in profile.behaviors.iter() {
            let rule = rule(&plan, profile, behavior).and_then(|rule| match names.insert(&behavior.name) {
                true => Ok(rule),
                false => Err("name is not unique in the profile".to_owned()),
            });
            match rule {
                Ok(None) => {}
                Ok(Some((rule, measured))) => {
                    let next = u32::try_from(plan.measures.len()).unwrap_or(u32::MAX);
                    let number = *numbers.entry(measured.clone()).or_insert_with(|| {
                        plan.measures.push(measured);
                        next
                    });
                    plan.rules.push(Rule { measured: number, ..rule });
                }
                Err(why) => {
                    out.review(&Path::root(), format!("Behavior {} is malformed. {why}", behavior.name));
                }
            }
        }
        plan.starts.push(u32::try_from(plan.rules.len()).unwrap_or(u32::MAX));
    }
    plan.index = Index::of(&plan.measures);
    plan.profiles = profiles;
    if out.is_empty() { Ok(plan) } else { Err(out) }
}

/// What a metric is: a custom one has nothing but its values.
fn metric(plan: &Plan, name: &str) -> Option<BuiltIn> {
    let custom = |measure: Measure| BuiltIn {
        name: "",
        side: metric::Side::Device,
        measure,
        dimension: false,
        statistical: measure == Measure::Number,
        ml: measure == Measure::Number,
        duration: false,
    };
    metric::built_in(name).copied().or_else(|| plan.customs.get(name).copied().map(custom))
}

/// The rule and what it judges; `None` for a behavior that only retains a metric.
fn rule(plan: &Plan, profile: &NamedProfile, behavior: &Behavior) -> Result<Option<(Rule, Measured)>, String> {
    let name = behavior.metric.as_deref().ok_or("metric is missing")?;
    let metric = metric(plan, name).ok_or_else(|| format!("metric {name} is not known"))?;
    if behavior.metric_dimension.is_some() && !metric.dimension {
        return Err(format!("metricDimension cannot narrow {name}"));
    }
    let Some(criteria) = &behavior.criteria else { return Ok(None) };
    let judge = judge(name, metric, criteria)?;
    let dimension = behavior.metric_dimension.as_ref();
    let dimension = dimension.map(|by| (Arc::from(by.dimension_name.as_str()), by.operator.unwrap_or_default()));
    let metric_name = match &judge {
        Judge::Number { order, .. } if name == MESSAGE_BYTE_SIZE && order.wants_large() => MESSAGE_BYTE_SIZE_MIN,
        Judge::Number { .. } if name == MESSAGE_BYTE_SIZE => MESSAGE_BYTE_SIZE_MAX,
        _ => name,
    };
    let consecutive = |field: &str, value: Option<i32>| {
        let value = value.unwrap_or(1);
        let fits = (1..=CONSECUTIVE_MAX).contains(&value).then(|| u8::try_from(value).ok()).flatten();
        fits.ok_or_else(|| format!("{field} {value} should be in range[1,{CONSECUTIVE_MAX}]"))
    };
    let rule = Rule {
        profile_name: profile.name.clone(),
        name: behavior.name.as_str().into(),
        measured: 0,
        measure: metric.measure,
        to_alarm: consecutive("consecutiveDatapointsToAlarm", criteria.consecutive_datapoints_to_alarm)?,
        to_clear: consecutive("consecutiveDatapointsToClear", criteria.consecutive_datapoints_to_clear)?,
        judge,
    };
    Ok(Some((rule, Measured { metric: metric_name.into(), dimension })))
}

fn judge(name: &str, metric: BuiltIn, criteria: &BehaviorCriteria) -> Result<Judge, String> {
    let ways =
        [criteria.value.is_some(), criteria.statistical_threshold.is_some(), criteria.ml_detection_config.is_some()];
    if ways.into_iter().filter(|way| *way).count() != 1 {
        return Err("exactly one of value, statisticalThreshold and mlDetectionConfig must be given".to_owned());
    }
    if let Some(config) = criteria.ml_detection_config {
        if !metric.ml {
            return Err(format!("mlDetectionConfig cannot judge {name}"));
        }
        if criteria.comparison_operator.is_some() || criteria.duration_seconds.is_some() {
            return Err("comparisonOperator and durationSeconds cannot go with mlDetectionConfig".to_owned());
        }
        return Ok(Judge::Model(config.confidence_level));
    }
    let operator = criteria.comparison_operator.ok_or("comparisonOperator is missing")?;
    let slots = duration(criteria)?;
    if let Some(threshold) = &criteria.statistical_threshold {
        if !metric.statistical {
            return Err(format!("statisticalThreshold cannot judge {name}"));
        }
        let order = Order::of(operator).ok_or_else(|| unfit(operator, name))?;
        let statistic = threshold.statistic.as_deref().unwrap_or_default();
        let statistic = Statistic::of(statistic).ok_or_else(|| format!("statistic {statistic} is not known"))?;
        let joining = if metric.measure == Measure::Counter { Joining::Sum } else { Joining::Newest };
        let slots = slots.unwrap_or(window::PERIOD_SLOTS);
        return Ok(Judge::Fleet { order, statistic, slots, joining });
    }
    let value = criteria.value.as_ref().ok_or("value is missing")?;
    match metric.measure {
        Measure::Counter | Measure::Gauge | Measure::Number => number(name, metric, operator, slots, value),
        _ if slots.is_some() => Err(format!("durationSeconds cannot go with {name}, whose values are lists")),
        measure => Ok(Judge::Members(members(name, measure, operator, value)?)),
    }
}

fn duration(criteria: &BehaviorCriteria) -> Result<Option<u32>, String> {
    let Some(seconds) = criteria.duration_seconds else { return Ok(None) };
    if !DURATIONS_SECONDS.contains(&seconds) {
        return Err(format!("durationSeconds {seconds} should be in {DURATIONS_SECONDS:?}"));
    }
    Ok(u32::try_from(seconds).ok().map(window::slots))
}

fn number(
    name: &str,
    metric: BuiltIn,
    operator: ComparisonOperator,
    slots: Option<u32>,
    value: &MetricValue,
) -> Result<Judge, String> {
    let order = Order::of(operator).ok_or_else(|| unfit(operator, name))?;
    let threshold = super::super::criterion::number(value).ok_or_else(|| missing(metric.measure, name))?;
    if name == DISCONNECT_DURATION {
        if order.wants_large() || slots.is_some() {
            return Err(format!("{name} takes less-than and less-than-equals, and no durationSeconds"));
        }
        return Ok(Judge::Number { order, threshold: threshold * SECONDS_A_MINUTE, slots: None });
    }
    if metric.duration && slots.is_none() {
        return Err(format!("durationSeconds is missing; {name} is counted over {PERIOD_SECONDS} seconds or more"));
    }
    // a gauge's newest value within the duration is the datapoint itself, and a message's size is that of one message
    let sums = metric.measure == Measure::Counter && name != MESSAGE_BYTE_SIZE;
    Ok(Judge::Number { order, threshold, slots: slots.filter(|_| sums) })
}

fn members(
    name: &str,
    measure: Measure,
    operator: ComparisonOperator,
    value: &MetricValue,
) -> Result<Membership, String> {
    use ComparisonOperator as Op;
    let absent = || missing(measure, name);
    let (outside, set) = match (measure, operator) {
        (Measure::Cidrs, Op::InCidrSet | Op::NotInCidrSet) => {
            let texts = value.cidrs.as_ref().ok_or_else(absent)?;
            let network = |text: &String| text.parse::<Network>().map_err(|_| format!("value {text} is no network"));
            let networks: Networks = texts.iter().map(network).collect::<Result<_, _>>()?;
            (operator == Op::NotInCidrSet, Set::Networks(networks))
        }
        (Measure::Ports, Op::InPortSet | Op::NotInPortSet) => {
            (operator == Op::NotInPortSet, Set::ports(value.ports.clone().ok_or_else(absent)?))
        }
        (Measure::Strings, Op::InSet | Op::NotInSet) => {
            (operator == Op::NotInSet, Set::strings(value.strings.clone().ok_or_else(absent)?))
        }
        (Measure::Numbers, Op::InSet | Op::NotInSet) => {
            (operator == Op::NotInSet, Set::numbers(value.numbers.as_deref().ok_or_else(absent)?))
        }
        _ => return Err(unfit(operator, name)),
    };
    Ok(Membership { outside, set })
}

fn unfit(operator: ComparisonOperator, name: &str) -> String {
    let operator = match operator {
        ComparisonOperator::LessThan => "less-than",
        ComparisonOperator::LessThanEquals => "less-than-equals",
        ComparisonOperator::GreaterThan => "greater-than",
        ComparisonOperator::GreaterThanEquals => "greater-than-equals",
        ComparisonOperator::InCidrSet => "in-cidr-set",
        ComparisonOperator::NotInCidrSet => "not-in-cidr-set",
        ComparisonOperator::InPortSet => "in-port-set",
        ComparisonOperator::NotInPortSet => "not-in-port-set",
        ComparisonOperator::InSet => "in-set",
        ComparisonOperator::NotInSet => "not-in-set",
    };
    format!("comparisonOperator {operator} does not fit the values of {name}")
}

fn missing(measure: Measure, name: &str) -> String {
    let member = match measure {
        Measure::Counter | Measure::Gauge => "count",
        Measure::Number => "number",
        Measure::Cidrs => "cidrs",
        Measure::Ports => "ports",
        Measure::Numbers => "numbers",
        Measure::Strings => "strings",
    };
    format!("value must have {member}, which {name} is compared with")
}
