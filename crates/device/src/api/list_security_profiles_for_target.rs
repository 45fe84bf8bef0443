//! `ListSecurityProfilesForTarget` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};
use serde::Serialize;

use super::identifier::{SecurityProfileIdentifier, SecurityProfileTarget};
use super::{PAGE_ITEMS, iot};
use crate::attachment;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::target::Target;

/// Lists the security profiles of a target.
#[derive(Debug)]
pub struct ListSecurityProfilesForTarget;

/// Of which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListSecurityProfilesForTargetRequest")]
pub struct Input {
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// Of the groups below as well.
    pub recursive: Option<bool>,
    /// All things, the registered or the unregistered ones, or a thing group.
    pub security_profile_target_arn: String,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListSecurityProfilesForTargetResponse")]
pub struct Output {
    /// By target, then by profile.
    #[shape(default)]
    pub security_profile_target_mappings: Vec<SecurityProfileTargetMapping>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A profile and what it is attached to.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityProfileTargetMapping {
    /// The profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_profile_identifier: Option<SecurityProfileIdentifier>,
    /// The target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<SecurityProfileTarget>,
}

impl Operation for ListSecurityProfilesForTarget {
    const NAME: &'static str = "ListSecurityProfilesForTarget";
    const ACTION: &'static str = "iot:ListSecurityProfilesForTarget";
    const BINDING: Binding = iot(
        Method::Get,
        "/security-profiles-for-target",
        &["nextToken", "maxResults", "recursive", "securityProfileTargetArn"],
    );
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        input.security_profile_target_arn.parse::<Arn>().map_or_else(|_| ResourceName::any(), Into::into)
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let target = Target::read(&cx.realm, &input.security_profile_target_arn)?;
        attachment::require_target(cx, &target).await?;
        let recursive = input.recursive == Some(true);
        let attached = if recursive {
            attachment::at_or_below(cx, &target).await?
        } else {
            vec![(target.clone(), attachment::of_target(cx, &target).await?)]
        };
        let mut mappings = Vec::new();
        for (target, profiles) in attached {
            for profile in profiles {
                // A byte that neither has keeps the order of targets before that of profiles.
                mappings.push((format!("{} {profile}", target.key()), (target.clone(), profile)));
            }
        }
        let pager = Pager::new(Self::NAME, &cx.realm, &(target.key(), recursive));
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let (mappings, next_token) = pager.page(mappings, input.next_token.as_deref(), limit)?;
        let mapping = |(target, profile): (Target, String)| SecurityProfileTargetMapping {
            security_profile_identifier: Some(SecurityProfileIdentifier::of(&cx.realm, &profile)),
            target: Some(SecurityProfileTarget { arn: target.arn(&cx.realm).to_string() }),
        };
        Ok(Output { security_profile_target_mappings: mappings.into_iter().map(mapping).collect(), next_token })
    }
}
