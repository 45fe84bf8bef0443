//! Behaviors: what is normal for a device, as the vendor spells it [IoT API reference, `Behavior`].

use bartizan_wire::Shape;
use serde::{Deserialize, Serialize};

/// What is normal: a datapoint of the metric for which the criteria do not hold is a violation.
#[derive(Debug, Clone, PartialEq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Behavior {
    /// Unique in its profile.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name: String,
    /// One of [`BUILT_IN`](crate::metric::BUILT_IN), or a custom metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Narrows a cloud-side metric to some topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_dimension: Option<MetricDimension>,
    /// Without criteria the metric is retained and nothing is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criteria: Option<BehaviorCriteria>,
    /// Stops the delivery of alerts; nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppress_alerts: Option<bool>,
    /// The metric's values are exported over MQTT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_metric: Option<bool>,
}

/// When a datapoint is normal. Exactly one of value, statistical threshold and ML detection decides.
#[derive(Debug, Clone, PartialEq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BehaviorCriteria {
    /// How the measured value stands to the one given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_operator: Option<ComparisonOperator>,
    /// What is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<MetricValue>,
    /// Seconds over which counters are summed: 300, 600, 900, 1800 or 3600.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i32>,
    /// Violating datapoints in a row that raise an alarm; 1 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 1..=10)]
    pub consecutive_datapoints_to_alarm: Option<i32>,
    /// Conforming datapoints in a row that clear it; 1 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 1..=10)]
    pub consecutive_datapoints_to_clear: Option<i32>,
    /// Compared with a percentile of the fleet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistical_threshold: Option<StatisticalThreshold>,
    /// Compared with a model of the fleet's past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ml_detection_config: Option<MachineLearningDetectionConfig>,
}

/// How a measured value stands to the one in the criteria.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Shape, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonOperator {
    /// `<`
    LessThan,
    /// `<=`
    LessThanEquals,
    /// `>`
    GreaterThan,
    /// `>=`
    GreaterThanEquals,
    /// Every address is in one of the networks.
    InCidrSet,
    /// No address is in any of the networks.
    NotInCidrSet,
    /// Every port is one of these.
    InPortSet,
    /// No port is one of these.
    NotInPortSet,
    /// Every element is one of these.
    InSet,
    /// No element is one of these.
    NotInSet,
}

/// A value that was measured or is compared with: the one member that fits the metric is present.
#[derive(Debug, Clone, PartialEq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricValue {
    /// Counters and gauges.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 0..)]
    pub count: Option<i64>,
    /// Addresses and networks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(each(length = 2..=43, pattern = r"[a-fA-F0-9:\.\/]+"))]
    pub cidrs: Option<Vec<String>>,
    /// Ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(each(range = 0..=65535))]
    pub ports: Option<Vec<i32>>,
    /// Custom metrics of type `number`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
    /// Custom metrics of type `number-list`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Vec<f64>>,
    /// Custom metrics of type `string-list`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strings: Option<Vec<String>>,
}

/// A percentile of what the fleet measured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatisticalThreshold {
    /// Such as `p90`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(pattern = r"(p0|p0\.1|p0\.01|p1|p10|p50|p90|p99|p99\.9|p99\.99|p100)")]
    pub statistic: Option<String>,
}

/// Detection by a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineLearningDetectionConfig {
    /// `HIGH` alarms least.
    pub confidence_level: ConfidenceLevel,
}

/// How sure the model must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ConfidenceLevel {
    /// Most alarms.
    Low,
    /// In between.
    Medium,
    /// Fewest alarms.
    High,
}

/// The topics that a metric is counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricDimension {
    /// Of a dimension of this realm.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub dimension_name: String,
    /// `IN` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<DimensionValueOperator>,
}

/// Whether a dimension selects or excludes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Shape, Serialize, Deserialize)]
pub enum DimensionValueOperator {
    /// Messages whose topic fits one of the filters.
    #[default]
    #[serde(rename = "IN")]
    In,
    /// Messages whose topic fits none.
    #[serde(rename = "NOT_IN")]
    NotIn,
}

/// A metric that is kept although no behavior asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricToRetain {
    /// Built-in or custom.
    pub metric: String,
    /// Narrows it to some topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_dimension: Option<MetricDimension>,
    /// Its values are exported over MQTT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_metric: Option<bool>,
}
