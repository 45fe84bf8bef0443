//! A custom metric as `DescribeCustomMetric` and `UpdateCustomMetric` answer it.

use bartizan_policy::Cx;
use bartizan_policy::lifecycle::Held;
use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use crate::custom_metric::{CustomMetric, CustomMetricType, CustomMetrics};

/// The whole metric.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CustomMetricDescription")]
pub struct DescribedMetric {
    /// Its name.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub metric_name: String,
    /// Its ARN.
    #[shape(default)]
    pub metric_arn: String,
    /// What its values are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_type: Option<CustomMetricType>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=128, pattern = r"[\p{Graph}\x20]*")]
    pub display_name: Option<String>,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub creation_date: Timestamp,
    /// When it was last changed.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub last_modified_date: Timestamp,
}

/// The metric as it was read or committed.
pub(super) fn describe(cx: &Cx, held: Held<CustomMetrics>) -> DescribedMetric {
    let Held { document, entry } = held;
    let metric = document.into_inner();
    DescribedMetric {
        metric_arn: CustomMetric::arn(&cx.realm, &entry.key.name).to_string(),
        metric_name: entry.key.name,
        metric_type: Some(metric.metric_type),
        display_name: metric.display_name,
        creation_date: metric.creation_date,
        last_modified_date: entry.stamp.at,
    }
}
