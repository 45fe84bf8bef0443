//! A security profile as `DescribeSecurityProfile` and `UpdateSecurityProfile` answer it.

use std::collections::BTreeMap;

use bartizan_policy::Cx;
use bartizan_policy::lifecycle::Held;
use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use crate::behavior::{Behavior, MetricToRetain};
use crate::profile::{AlertTarget, MetricsExportConfig, SecurityProfile, SecurityProfiles};

/// The whole profile. What is empty is left out: clients tell absent from empty.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "SecurityProfileDescription")]
pub struct Described {
    /// Its name.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// Its ARN.
    #[shape(default)]
    pub security_profile_arn: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=1000, pattern = r"[\p{Graph}\x20]*")]
    pub security_profile_description: Option<String>,
    /// What is normal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[shape(default, length = ..=100)]
    pub behaviors: Vec<Behavior>,
    /// Where alarms go.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[shape(default)]
    pub alert_targets: BTreeMap<String, AlertTarget>,
    /// The older form of the metrics that are kept: those without a dimension, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[shape(default)]
    pub additional_metrics_to_retain: Vec<String>,
    /// All metrics that are kept although no behavior asks for them.
    #[serde(rename = "additionalMetricsToRetainV2", skip_serializing_if = "Vec::is_empty")]
    #[shape(default)]
    pub additional_metrics_to_retain_v2: Vec<MetricToRetain>,
    /// 1 when it was created, one more with each update.
    #[shape(default)]
    pub version: i64,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub creation_date: Timestamp,
    /// When it was last changed.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub last_modified_date: Timestamp,
    /// Where values are exported to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_export_config: Option<MetricsExportConfig>,
}

/// The profile as it was read or committed.
pub(super) fn describe(cx: &Cx, held: Held<SecurityProfiles>) -> Described {
    let Held { document, entry } = held;
    let version = document.version(&entry);
    let profile = document.into_inner();
    let named = profile.additional_metrics_to_retain.iter().filter(|kept| kept.metric_dimension.is_none());
    let additional_metrics_to_retain = named.map(|kept| kept.metric.clone()).collect();
    Described {
        security_profile_arn: SecurityProfile::arn(&cx.realm, &entry.key.name).to_string(),
        security_profile_name: entry.key.name,
        security_profile_description: profile.description,
        behaviors: profile.behaviors,
        alert_targets: profile.alert_targets,
        additional_metrics_to_retain,
        additional_metrics_to_retain_v2: profile.additional_metrics_to_retain,
        version,
        creation_date: profile.creation_date,
        last_modified_date: entry.stamp.at,
        metrics_export_config: profile.metrics_export_config,
    }
}
