//! `DeletePermissionPolicy` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::entity;
use crate::errors::WebError;
use crate::kind::{PermissionPolicies, RuleGroups};
use crate::room::WebRoom;

/// Lets nobody else use a rule group.
#[derive(Debug)]
pub struct DeletePermissionPolicy;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeletePermissionPolicyRequest")]
pub struct Input {
    /// Its ARN.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "DeletePermissionPolicyResponse")]
pub struct Output {}

impl Operation for DeletePermissionPolicy {
    const NAME: &'static str = "DeletePermissionPolicy";
    const ACTION: &'static str = "wafv2:DeletePermissionPolicy";
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
        let _turn = entity::turn(cx).await;
        let (named, _) = entity::find_arn::<RuleGroups>(cx, &input.resource_arn).await?;
        let mut draft = Draft::new(cx, &permit);
        if !draft.retire::<PermissionPolicies>(&named.stored()).await? {
            return Err(WebError::nonexistent("the permission policy of", &named.name));
        }
        draft.commit().await?;
        Ok(Output {})
    }
}
