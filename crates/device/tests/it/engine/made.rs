//! Short ways to write profiles, datapoints and observations.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_device::behavior::{
    Behavior, BehaviorCriteria, ComparisonOperator, ConfidenceLevel, MachineLearningDetectionConfig, MetricDimension,
    MetricValue, StatisticalThreshold,
};
use bartizan_device::engine::{Coverage, Engine, Finding, NamedProfile, Plan};
use bartizan_device::metric::Measure;
use bartizan_device::observe::{Datapoint, Measured, Observation};
use bartizan_wire::Timestamp;

/// A multiple of five minutes.
pub(super) const START: i64 = 1_790_000_100_000;
pub(super) const SECOND: i64 = 1_000;
pub(super) const PERIOD: i64 = 300 * SECOND;
pub(super) const DAY: i64 = 86_400 * SECOND;

pub(super) fn customs() -> BTreeMap<Arc<str>, Measure> {
    [("cpu", Measure::Number), ("users", Measure::Strings), ("codes", Measure::Numbers), ("peers", Measure::Cidrs)]
        .into_iter()
        .map(|(name, measure)| (name.into(), measure))
        .collect()
}

pub(super) fn behavior(name: &str, metric: &str, criteria: BehaviorCriteria) -> Behavior {
    Behavior {
        name: name.to_owned(),
        metric: Some(metric.to_owned()),
        metric_dimension: None,
        criteria: Some(criteria),
        suppress_alerts: None,
        export_metric: None,
    }
}

pub(super) fn narrowed(behavior: Behavior, dimension: &str) -> Behavior {
    let dimension = MetricDimension { dimension_name: dimension.to_owned(), operator: None };
    Behavior { metric_dimension: Some(dimension), ..behavior }
}

pub(super) fn fixed(operator: ComparisonOperator, value: MetricValue, duration: Option<i32>) -> BehaviorCriteria {
    BehaviorCriteria {
        comparison_operator: Some(operator),
        value: Some(value),
        duration_seconds: duration,
        ..BehaviorCriteria::default()
    }
}

pub(super) fn fleet(operator: ComparisonOperator, statistic: &str, duration: Option<i32>) -> BehaviorCriteria {
    BehaviorCriteria {
        comparison_operator: Some(operator),
        statistical_threshold: Some(StatisticalThreshold { statistic: Some(statistic.to_owned()) }),
        duration_seconds: duration,
        ..BehaviorCriteria::default()
    }
}

pub(super) fn learned(level: ConfidenceLevel) -> BehaviorCriteria {
    let config = MachineLearningDetectionConfig { confidence_level: level };
    BehaviorCriteria { ml_detection_config: Some(config), ..BehaviorCriteria::default() }
}

pub(super) fn in_a_row(criteria: BehaviorCriteria, alarm: i32, clear: i32) -> BehaviorCriteria {
    BehaviorCriteria {
        consecutive_datapoints_to_alarm: Some(alarm),
        consecutive_datapoints_to_clear: Some(clear),
        ..criteria
    }
}

pub(super) fn count(count: i64) -> MetricValue {
    MetricValue { count: Some(count), ..MetricValue::default() }
}

pub(super) fn number(number: f64) -> MetricValue {
    MetricValue { number: Some(number), ..MetricValue::default() }
}

pub(super) fn ports(ports: &[i32]) -> MetricValue {
    MetricValue { ports: Some(ports.to_vec()), ..MetricValue::default() }
}

pub(super) fn cidrs(cidrs: &[&str]) -> MetricValue {
    MetricValue { cidrs: Some(cidrs.iter().map(|text| (*text).to_owned()).collect()), ..MetricValue::default() }
}

pub(super) fn strings(strings: &[&str]) -> MetricValue {
    MetricValue { strings: Some(strings.iter().map(|text| (*text).to_owned()).collect()), ..MetricValue::default() }
}

pub(super) fn point(metric: &str, value: MetricValue) -> Datapoint {
    Datapoint { measured: Measured { metric: metric.into(), dimension: None }, value }
}

pub(super) fn report(thing: &str, at: i64, datapoints: Vec<Datapoint>) -> Observation {
    Observation::Report { thing: thing.into(), at: Timestamp(at), datapoints }
}

pub(super) fn tick(at: i64) -> Observation {
    Observation::Tick { at: Timestamp(at) }
}

pub(super) fn profile(name: &str, behaviors: Vec<Behavior>) -> NamedProfile {
    NamedProfile { name: name.into(), behaviors: behaviors.into() }
}

pub(super) fn plan(profiles: Vec<NamedProfile>) -> Arc<Plan> {
    Arc::new(Plan::compile(profiles, customs()).unwrap())
}

/// Every profile covers every thing.
pub(super) struct Everything(pub(crate) u16);

impl Coverage for Everything {
    fn covering(&self, _thing: &str) -> Vec<u16> {
        (0..self.0).collect()
    }
}

/// Takes everything in, one profile on every thing.
pub(super) fn run(behaviors: Vec<Behavior>, seen: &[Observation]) -> Vec<Finding> {
    let mut engine = Engine::new(plan(vec![profile("P", behaviors)]));
    let mut findings = Vec::new();
    for seen in seen {
        engine.step(&Everything(1), seen, &mut findings);
    }
    findings
}

/// What happened when, in seconds after [`START`]: `("alarm", 300)`.
pub(super) fn events(findings: &[Finding]) -> Vec<(&'static str, i64)> {
    let event = |finding: &Finding| {
        let what = match finding {
            Finding::Alarm(_) => "alarm",
            Finding::Refreshed(_) => "refreshed",
            Finding::Cleared(_) => "cleared",
            Finding::Invalidated(_) => "invalidated",
        };
        (what, (finding.verdict().at.0 - START) / SECOND)
    };
    findings.iter().map(event).collect()
}
