//! `PutPermissionPolicy` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::entity;
use crate::errors::WebError;
use crate::kind::permission_policy;
use crate::kind::{PermissionPolicies, PermissionPolicy, RuleGroups};
use crate::room::WebRoom;

/// Lets others use a rule group.
#[derive(Debug)]
pub struct PutPermissionPolicy;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PutPermissionPolicyRequest")]
pub struct Input {
    /// Its ARN.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
    /// In the vendor's language for policies.
    #[shape(length = 1..=395000, pattern = r".*\S.*")]
    pub policy: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "PutPermissionPolicyResponse")]
pub struct Output {}

impl Operation for PutPermissionPolicy {
    const NAME: &'static str = "PutPermissionPolicy";
    const ACTION: &'static str = "wafv2:PutPermissionPolicy";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/permission-policy"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        if let Some(wrong) = permission_policy::review(&input.policy) {
            return Err(WebError::InvalidPermissionPolicy(wrong));
        }
        let _turn = entity::turn(cx).await;
        let (named, held) = entity::find_arn::<RuleGroups>(cx, &input.resource_arn).await?;
        let mut draft = Draft::new(cx, &permit);
        draft.guard::<RuleGroups>(&named.stored(), Some(&held.entry));
        let policy = PermissionPolicy { policy: input.policy.clone() };
        draft.put::<PermissionPolicies>(&named.stored(), policy).await?;
        draft.commit().await?;
        Ok(Output {})
    }
}
