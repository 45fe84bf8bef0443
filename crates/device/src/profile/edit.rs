//! What creation and updates make of their inputs.

use std::collections::BTreeMap;

use bartizan_wire::{Loose, Timestamp};

use super::{AlertTarget, MetricsExportConfig, SecurityProfile};
use crate::behavior::{Behavior, MetricToRetain};
use crate::errors::DeviceError;

/// The members that clients send. An absent member stays as it is; an empty list or map counts as absent (decision 9).
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// What it is for.
    pub description: Option<String>,
    /// All of them.
    pub behaviors: Option<Vec<Loose<Behavior>>>,
    /// All of them.
    pub alert_targets: Option<BTreeMap<String, AlertTarget>>,
    /// The older list.
    pub additional_metrics_to_retain: Option<Vec<String>>,
    /// The newer list.
    pub additional_metrics_to_retain_v2: Option<Vec<MetricToRetain>>,
    /// Where values are exported to.
    pub metrics_export_config: Option<MetricsExportConfig>,
    /// No behaviors any more.
    pub delete_behaviors: bool,
    /// No targets any more.
    pub delete_alert_targets: bool,
    /// Nothing is kept any more that no behavior asks for.
    pub delete_additional_metrics_to_retain: bool,
    /// Nothing is exported any more.
    pub delete_metrics_export_config: bool,
}

/// A new profile under a new name.
#[must_use]
pub fn create(fields: Fields, now: Timestamp) -> SecurityProfile {
    let retained = retained(&fields).unwrap_or_default();
    SecurityProfile {
        description: fields.description,
        behaviors: behaviors(fields.behaviors),
        alert_targets: fields.alert_targets.unwrap_or_default(),
        additional_metrics_to_retain: retained,
        metrics_export_config: fields.metrics_export_config,
        creation_date: now,
        created_after: 0,
    }
}

/// A profile after an update.
///
/// # Errors
/// For a member that is given and deleted at once.
pub fn update(prior: &SecurityProfile, fields: Fields) -> Result<SecurityProfile, DeviceError> {
    let retained = retained(&fields);
    let mut next = prior.clone();
    if fields.description.is_some() {
        next.description = fields.description;
    }
    let given = Some(behaviors(fields.behaviors)).filter(|list| !list.is_empty());
    set(&mut next.behaviors, given, fields.delete_behaviors, "behaviors", "deleteBehaviors")?;
    let given = fields.alert_targets.filter(|map| !map.is_empty());
    set(&mut next.alert_targets, given, fields.delete_alert_targets, "alertTargets", "deleteAlertTargets")?;
    set(
        &mut next.additional_metrics_to_retain,
        retained,
        fields.delete_additional_metrics_to_retain,
        "additionalMetricsToRetain",
        "deleteAdditionalMetricsToRetain",
    )?;
    set(
        &mut next.metrics_export_config,
        fields.metrics_export_config.map(Some),
        fields.delete_metrics_export_config,
        "metricsExportConfig",
        "deleteMetricsExportConfig",
    )?;
    Ok(next)
}

fn set<T: Default>(member: &mut T, given: Option<T>, delete: bool, name: &str, flag: &str) -> Result<(), DeviceError> {
    match (given, delete) {
        (Some(_), true) => {
            Err(DeviceError::InvalidRequest(format!("{name} cannot be set while {flag} is true: send one of the two")))
        }
        (Some(value), false) => {
            *member = value;
            Ok(())
        }
        (None, true) => {
            *member = T::default();
            Ok(())
        }
        (None, false) => Ok(()),
    }
}

fn behaviors(given: Option<Vec<Loose<Behavior>>>) -> Vec<Behavior> {
    given.unwrap_or_default().into_iter().map(|behavior| behavior.0).collect()
}

/// Both lists as one, each metric once; `None` if both are absent or empty.
fn retained(fields: &Fields) -> Option<Vec<MetricToRetain>> {
    let mut all: Vec<MetricToRetain> = Vec::new();
    let newer = fields.additional_metrics_to_retain_v2.iter().flatten().cloned();
    let older = fields.additional_metrics_to_retain.iter().flatten();
    let older =
        older.map(|metric| MetricToRetain { metric: metric.clone(), metric_dimension: None, export_metric: None });
    for one in newer.chain(older) {
        let known =
            |other: &MetricToRetain| other.metric == one.metric && other.metric_dimension == one.metric_dimension;
        if !all.iter().any(known) {
            all.push(one);
        }
    }
    Some(all).filter(|all| !all.is_empty())
}
