//! `GetPermissionPolicy` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::entity;
use crate::errors::WebError;
use crate::kind::{PermissionPolicies, RuleGroups};
use crate::room::WebRoom;

/// Reads who else may use a rule group.
#[derive(Debug)]
pub struct GetPermissionPolicy;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetPermissionPolicyRequest")]
pub struct Input {
    /// Its ARN.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetPermissionPolicyResponse")]
pub struct Output {
    /// In the vendor's language for policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=395000, pattern = r".*\S.*")]
    pub policy: Option<String>,
}

impl Operation for GetPermissionPolicy {
    const NAME: &'static str = "GetPermissionPolicy";
    const ACTION: &'static str = "wafv2:GetPermissionPolicy";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let (named, _) = entity::find_arn::<RuleGroups>(cx, &input.resource_arn).await?;
        let held = lifecycle::find::<PermissionPolicies>(cx, &named.stored()).await?;
        let held = held.ok_or_else(|| WebError::nonexistent("the permission policy of", &named.name))?;
        Ok(Output { policy: Some(held.document.into_inner().policy) })
    }
}
