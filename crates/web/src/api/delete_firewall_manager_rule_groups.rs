//! `DeleteFirewallManagerRuleGroups` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::entity;
use crate::errors::WebError;
use crate::kind::WebAcls;
use crate::room::WebRoom;

/// Removes what Firewall Manager added, which is nothing here; the web ACL gets a new lock token.
#[derive(Debug)]
pub struct DeleteFirewallManagerRuleGroups;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeleteFirewallManagerRuleGroupsRequest")]
pub struct Input {
    /// The web ACL's.
    #[serde(rename = "WebACLArn")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub web_acl_arn: String,
    /// Stands for the web ACL's revision.
    #[serde(rename = "WebACLLockToken")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub web_acl_lock_token: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeleteFirewallManagerRuleGroupsResponse")]
pub struct Output {
    /// Stands for the new revision.
    #[serde(rename = "NextWebACLLockToken", skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub next_web_acl_lock_token: Option<String>,
}

impl Operation for DeleteFirewallManagerRuleGroups {
    const NAME: &'static str = "DeleteFirewallManagerRuleGroups";
    const ACTION: &'static str = "wafv2:DeleteFirewallManagerRuleGroups";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/web-acl"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.web_acl_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let _turn = entity::turn(cx).await;
        let (_, held) = entity::find_arn::<WebAcls>(cx, &input.web_acl_arn).await?;
        entity::unlock(cx, &held, &input.web_acl_lock_token)?;
        let same = entity::own(&held.document);
        let held = entity::replace(cx, &permit, &held, same).await?;
        Ok(Output { next_web_acl_lock_token: Some(held.entry.token.0) })
    }
}
