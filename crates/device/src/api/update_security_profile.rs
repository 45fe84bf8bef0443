//! `UpdateSecurityProfile` [IoT API reference]: the members that are given replace their predecessors, the others stay.
//! An empty list counts as absent; the `delete` members empty one. Every update makes a new version, also one that
//! changes nothing (decisions 9 to 11).

use std::collections::BTreeMap;

use bartizan_ledger::Revision;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Held, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, Loose, ResourceName, Shape};

use super::create_security_profile::refuse;
use super::described::{Described, describe};
use super::iot;
use super::validate_security_profile_behaviors::judged;
use crate::behavior::{Behavior, MetricToRetain};
use crate::errors::DeviceError;
use crate::profile::{self, AlertTarget, Fields, Known, MetricsExportConfig, SecurityProfile, SecurityProfiles};
use crate::room::DeviceRoom;

/// Updates a security profile. Devices are judged by it from the next report on.
#[derive(Debug)]
pub struct UpdateSecurityProfile;

/// Which one, and what changes.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateSecurityProfileRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// What it is for.
    #[shape(length = ..=1000, pattern = r"[\p{Graph}\x20]*")]
    pub security_profile_description: Option<String>,
    /// All of them.
    #[shape(length = ..=100)]
    pub behaviors: Option<Vec<Loose<Behavior>>>,
    /// All of them.
    pub alert_targets: Option<BTreeMap<String, AlertTarget>>,
    /// The older form of `additionalMetricsToRetainV2`.
    pub additional_metrics_to_retain: Option<Vec<String>>,
    /// All of them.
    #[serde(rename = "additionalMetricsToRetainV2")]
    pub additional_metrics_to_retain_v2: Option<Vec<MetricToRetain>>,
    /// No behaviors any more.
    pub delete_behaviors: Option<bool>,
    /// No targets any more.
    pub delete_alert_targets: Option<bool>,
    /// Neither list any more.
    pub delete_additional_metrics_to_retain: Option<bool>,
    /// The version that the caller saw; any other is a conflict.
    pub expected_version: Option<i64>,
    /// Where values are exported to.
    pub metrics_export_config: Option<MetricsExportConfig>,
    /// Nothing is exported any more.
    pub delete_metrics_export_config: Option<bool>,
}

impl Input {
    fn fields(&self) -> Fields {
        Fields {
            description: self.security_profile_description.clone(),
            behaviors: self.behaviors.clone(),
            alert_targets: self.alert_targets.clone(),
            additional_metrics_to_retain: self.additional_metrics_to_retain.clone(),
            additional_metrics_to_retain_v2: self.additional_metrics_to_retain_v2.clone(),
            metrics_export_config: self.metrics_export_config.clone(),
            delete_behaviors: self.delete_behaviors == Some(true),
            delete_alert_targets: self.delete_alert_targets == Some(true),
            delete_additional_metrics_to_retain: self.delete_additional_metrics_to_retain == Some(true),
            delete_metrics_export_config: self.delete_metrics_export_config == Some(true),
        }
    }
}

impl Operation for UpdateSecurityProfile {
    const NAME: &'static str = "UpdateSecurityProfile";
    const ACTION: &'static str = "iot:UpdateSecurityProfile";
    const BINDING: Binding = iot(Method::Patch, "/security-profiles/{securityProfileName}", &["expectedVersion"]);
    const WRITES: &'static [&'static str] = &["device/security-profile"];
    type Input = Input;
    type Output = Described;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        SecurityProfile::arn(&cx.realm, &input.security_profile_name).into()
    }

    async fn call(_: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Described, DeviceError> {
        // What is wrong in itself is told before it is told what it would change.
        if let Some(behaviors) = &input.behaviors {
            refuse(&judged(cx, behaviors).await?)?;
        }
        let turn = lifecycle::key::<SecurityProfiles>(cx, &input.security_profile_name);
        let mut tries = Tries::new(cx, &turn, one_try(cx, input.expected_version)).await;
        loop {
            match update(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|held| describe(cx, held)),
            }
        }
    }
}

async fn update(cx: &Cx, permit: &Permit, input: &Input) -> Result<Held<SecurityProfiles>, DeviceError> {
    let name = &input.security_profile_name;
    let held = lifecycle::find::<SecurityProfiles>(cx, name).await?;
    let held = held.ok_or_else(|| DeviceError::not_found("SecurityProfile", name))?;
    compare(cx, input.expected_version, &held)?;
    let next = profile::update(&held.document, input.fields())?;
    let known = Known::find(cx, next.metrics(), next.dimensions()).await?;
    refuse(&profile::review(&next, &known))?;
    let mut draft = Draft::new(cx, permit);
    let seen = Some(held.entry.revision);
    draft.update::<SecurityProfiles, DeviceError>(name, seen, |_| Ok(next)).await?;
    let entry = draft.commit().await?.into_iter().next();
    let committed = entry.map(lifecycle::open::<SecurityProfiles>).transpose()?.flatten();
    committed.ok_or_else(|| DeviceError::not_found("SecurityProfile", name))
}

/// A caller that says which version it saw gets one try, as [`Tries`] does for whoever names a revision.
pub(super) fn one_try(cx: &Cx, expected_version: Option<i64>) -> Option<Revision> {
    cx.expect.or_else(|| expected_version.map(|_| Revision(0)))
}

/// Compares the version, and the ledger's revision, that the caller saw with those that are there.
pub(super) fn compare(cx: &Cx, expected: Option<i64>, held: &Held<SecurityProfiles>) -> Result<(), DeviceError> {
    let (name, revision) = (&held.entry.key.name, held.entry.revision);
    let version = held.document.version(&held.entry);
    let conflict = |what: &str, actual: String, expected: String| {
        Err(DeviceError::VersionConflict(format!(
            "SecurityProfile {name} is at {what} {actual} and not at {expected}: read it again, then repeat the request"
        )))
    };
    match (expected, cx.expect) {
        (Some(expected), _) if expected != version => conflict("version", version.to_string(), expected.to_string()),
        (_, Some(expected)) if expected != revision => {
            conflict("revision", revision.0.to_string(), expected.0.to_string())
        }
        _ => Ok(()),
    }
}
