//! `ListTargetsForSecurityProfile` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::identifier::SecurityProfileTarget;
use super::{PAGE_ITEMS, iot};
use crate::attachment;
use crate::errors::DeviceError;
use crate::profile::{SecurityProfile, SecurityProfiles};
use crate::room::DeviceRoom;

/// Lists what a security profile is attached to.
#[derive(Debug)]
pub struct ListTargetsForSecurityProfile;

/// Of which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListTargetsForSecurityProfileRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListTargetsForSecurityProfileResponse")]
pub struct Output {
    /// By ARN.
    #[shape(default)]
    pub security_profile_targets: Vec<SecurityProfileTarget>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListTargetsForSecurityProfile {
    const NAME: &'static str = "ListTargetsForSecurityProfile";
    const ACTION: &'static str = "iot:ListTargetsForSecurityProfile";
    const BINDING: Binding =
        iot(Method::Get, "/security-profiles/{securityProfileName}/targets", &["nextToken", "maxResults"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        SecurityProfile::arn(&cx.realm, &input.security_profile_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let name = &input.security_profile_name;
        if lifecycle::find::<SecurityProfiles>(cx, name).await?.is_none() {
            return Err(DeviceError::not_found("SecurityProfile", name));
        }
        let targets = attachment::of_profile(cx, name).await?;
        let arns = targets.iter().map(|target| (target.key(), target.arn(&cx.realm).to_string())).collect();
        let pager = Pager::new(Self::NAME, &cx.realm, name);
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let (arns, next_token) = pager.page(arns, input.next_token.as_deref(), limit)?;
        let security_profile_targets = arns.into_iter().map(|arn| SecurityProfileTarget { arn }).collect();
        Ok(Output { security_profile_targets, next_token })
    }
}
