//! `CreateSecurityProfile` [IoT API reference]. Creating what is there already with the same contents succeeds.

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, Loose, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::behavior::{Behavior, MetricToRetain};
use crate::errors::DeviceError;
use crate::profile::{self, AlertTarget, Fields, Known, MetricsExportConfig, SecurityProfile, SecurityProfiles};
use crate::room::DeviceRoom;
use crate::tags::{self, Tag, Tags};

/// Creates a security profile.
#[derive(Debug)]
pub struct CreateSecurityProfile;

/// A new profile.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateSecurityProfileRequest")]
pub struct Input {
    /// Its name for good.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// What it is for.
    #[shape(length = ..=1000, pattern = r"[\p{Graph}\x20]*")]
    pub security_profile_description: Option<String>,
    /// What is normal.
    #[shape(length = ..=100)]
    pub behaviors: Option<Vec<Loose<Behavior>>>,
    /// Where alarms go.
    pub alert_targets: Option<BTreeMap<String, AlertTarget>>,
    /// The older form of `additionalMetricsToRetainV2`.
    pub additional_metrics_to_retain: Option<Vec<String>>,
    /// Kept although no behavior asks for them.
    #[serde(rename = "additionalMetricsToRetainV2")]
    pub additional_metrics_to_retain_v2: Option<Vec<MetricToRetain>>,
    /// Of the new profile.
    pub tags: Option<Vec<Tag>>,
    /// Where values are exported to.
    pub metrics_export_config: Option<MetricsExportConfig>,
}

/// What it is called.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateSecurityProfileResponse")]
pub struct Output {
    /// As given.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// Its ARN.
    #[shape(default)]
    pub security_profile_arn: String,
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
            ..Fields::default()
        }
    }
}

impl Operation for CreateSecurityProfile {
    const NAME: &'static str = "CreateSecurityProfile";
    const ACTION: &'static str = "iot:CreateSecurityProfile";
    const BINDING: Binding = iot(Method::Post, "/security-profiles/{securityProfileName}", &[]);
    const WRITES: &'static [&'static str] = &["device/security-profile", "device/tags"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        SecurityProfile::arn(&cx.realm, &input.security_profile_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let turn = lifecycle::key::<SecurityProfiles>(cx, &input.security_profile_name);
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match create(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

async fn create(cx: &Cx, permit: &Permit, input: &Input) -> Result<Output, DeviceError> {
    let name = &input.security_profile_name;
    let arn = SecurityProfile::arn(&cx.realm, name);
    let output = Output { security_profile_name: name.clone(), security_profile_arn: arn.to_string() };
    let wanted_tags = input.tags.as_deref().unwrap_or_default();
    let document = profile::create(input.fields(), cx.now);
    let known = Known::find(cx, document.metrics(), document.dimensions()).await?;
    refuse(&profile::review(&document, &known))?;
    let head = cx.ledger.head(&lifecycle::key::<SecurityProfiles>(cx, name)).await?;
    let revisions = head.as_ref().map_or(0, |entry| i64::try_from(entry.revision.0).unwrap_or(i64::MAX));
    if let Some(held) = head.map(lifecycle::open::<SecurityProfiles>).transpose()?.flatten() {
        let SecurityProfile { creation_date, created_after, .. } = *held.document;
        let same = SecurityProfile { creation_date, created_after, ..document };
        let same_tags = tags::of(cx, &arn).await? == Tags::default().with(wanted_tags)?;
        return if same == *held.document && same_tags {
            Ok(output)
        } else {
            Err(DeviceError::already_exists("SecurityProfile", name, &arn))
        };
    }
    let document = SecurityProfile { created_after: revisions, ..document };
    let mut draft = Draft::new(cx, permit);
    draft.create::<SecurityProfiles>(name, document).await?;
    tags::set(&mut draft, &arn, wanted_tags).await?;
    draft.commit().await?;
    Ok(output)
}

/// Refuses what breaks rules, with all that is wrong.
pub(super) fn refuse(wrong: &[String]) -> Result<(), DeviceError> {
    if wrong.is_empty() { Ok(()) } else { Err(DeviceError::InvalidRequest(wrong.join(". "))) }
}
