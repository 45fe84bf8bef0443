//! Security profiles: the document, as the vendor spells its members [IoT API reference, `CreateSecurityProfile`,
//! `UpdateSecurityProfile`, `DescribeSecurityProfile`].

use std::collections::BTreeMap;

use bartizan_ledger::{Entry, Key};
use bartizan_policy::{Cx, Kind, References, lifecycle};
use bartizan_wire::{Arn, Checked, Realm, Shape, Timestamp, Violations};
use serde::Serialize;

use crate::behavior::{Behavior, MetricToRetain};

mod addresses;
mod edit;
mod known;
mod review;
mod traits;

pub use edit::{Fields, create, update};
pub use known::Known;
pub use review::{judge, review};

/// Elements of all lists of values in one profile at most [IoT Device Defender quotas].
pub const VALUE_ELEMENTS_MAX: usize = 1000;

/// The kind of stored security profiles.
#[derive(Debug)]
pub struct SecurityProfiles;

/// What is normal for the devices that it is attached to, and what is to be kept and told of them.
#[derive(Debug, Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityProfile {
    /// What it is for.
    #[serde(rename = "securityProfileDescription", skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=1000, pattern = r"[\p{Graph}\x20]*")]
    pub description: Option<String>,
    /// What is normal. None: nothing is judged.
    #[shape(default, length = ..=100)]
    pub behaviors: Vec<Behavior>,
    /// Where alarms go; the only key is `SNS`.
    #[shape(default)]
    pub alert_targets: BTreeMap<String, AlertTarget>,
    /// Metrics that are kept although no behavior asks for them: the vendor's older list of names and its newer list of
    /// metrics are one here (decision of the reference, 1.2).
    #[serde(rename = "additionalMetricsToRetainV2")]
    #[shape(default)]
    pub additional_metrics_to_retain: Vec<MetricToRetain>,
    /// Where values are exported to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_export_config: Option<MetricsExportConfig>,
    /// When it was created. When it was modified is its entry's time.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub creation_date: Timestamp,
    /// The ledger's revision under this name before it was created, 0 for a new name: the vendor's version counts from
    /// there.
    #[shape(default, range = 0..)]
    pub created_after: i64,
}

/// Where alarms go.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertTarget {
    /// Of the topic.
    pub alert_target_arn: String,
    /// The role that may publish to it.
    #[shape(length = 20..=2048)]
    pub role_arn: String,
}

/// Where values are exported to.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricsExportConfig {
    /// Published to it in batches.
    #[shape(length = 1..=512)]
    pub mqtt_topic: String,
    /// The role that may publish to it.
    #[shape(length = 20..=2048)]
    pub role_arn: String,
}

impl SecurityProfile {
    /// The ARN of the profile of a name.
    #[must_use]
    pub fn arn(realm: &Realm, name: &str) -> Arn {
        Arn::new("iot", realm, &format!("securityprofile/{name}"))
    }

    /// The vendor's version of an entry of this document: 1 when it was created, one more with each change. A profile
    /// that is created again begins at 1 again, although the ledger's revisions go on.
    #[must_use]
    pub fn version(&self, entry: &Entry) -> i64 {
        i64::try_from(entry.revision.0).unwrap_or(i64::MAX).saturating_sub(self.created_after)
    }

    /// Metrics that it judges or keeps, each once.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        let judged = self.behaviors.iter().filter_map(|behavior| behavior.metric.as_deref());
        judged.chain(self.additional_metrics_to_retain.iter().map(|kept| kept.metric.as_str()))
    }

    /// Names of the dimensions that it uses.
    pub fn dimensions(&self) -> impl Iterator<Item = &str> {
        let judged = self.behaviors.iter().filter_map(|behavior| behavior.metric_dimension.as_ref());
        let kept = self.additional_metrics_to_retain.iter().filter_map(|kept| kept.metric_dimension.as_ref());
        judged.chain(kept).map(|dimension| dimension.dimension_name.as_str())
    }
}

impl Kind for SecurityProfiles {
    const NAME: &'static str = "device/security-profile";
    type Document = SecurityProfile;
    /// The engine compiles all profiles of a realm together; see [`engine`](crate::engine).
    type Plan = ();

    fn refers_to(document: &SecurityProfile, realm: &Realm) -> Vec<Key> {
        Known::keys(document.metrics(), document.dimensions(), realm)
    }

    fn compile(document: &Checked<SecurityProfile>, references: &References) -> Result<(), Violations> {
        let known =
            Known::of_entries(&references.entries).map_err(|error| review::violations(vec![error.to_string()]))?;
        let wrong = review::review(document, &known);
        if wrong.is_empty() { Ok(()) } else { Err(review::violations(wrong)) }
    }
}

/// All security profiles of the caller's realm by name, with their entries.
///
/// # Errors
/// When the store fails.
pub async fn all(cx: &Cx) -> Result<Vec<lifecycle::Held<SecurityProfiles>>, bartizan_ledger::StoreError> {
    lifecycle::list::<SecurityProfiles>(cx, "").await
}
