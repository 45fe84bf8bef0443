//! `GetRateBasedStatementManagedKeys` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::limiting;
use crate::document::{IpAddressVersion, RateBasedStatementManagedKeysIpSet, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::identity::Resource;
use crate::kind::WebAcls;
use crate::room::WebRoom;
use crate::traffic::LimitedAsked;

/// Lists the addresses that a rate-based rule limits now.
#[derive(Debug)]
pub struct GetRateBasedStatementManagedKeys;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetRateBasedStatementManagedKeysRequest")]
pub struct Input {
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// The web ACL's.
    #[serde(rename = "WebACLName")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub web_acl_name: String,
    /// The web ACL's.
    #[serde(rename = "WebACLId")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub web_acl_id: String,
    /// The rule of the group that the rule runs.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub rule_group_rule_name: Option<String>,
    /// The rule in the web ACL.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub rule_name: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetRateBasedStatementManagedKeysResponse")]
pub struct Output {
    /// Limited IPv4 addresses.
    #[serde(rename = "ManagedKeysIPV4", skip_serializing_if = "Option::is_none")]
    pub managed_keys_ipv4: Option<RateBasedStatementManagedKeysIpSet>,
    /// Limited IPv6 addresses.
    #[serde(rename = "ManagedKeysIPV6", skip_serializing_if = "Option::is_none")]
    pub managed_keys_ipv6: Option<RateBasedStatementManagedKeysIpSet>,
}

impl Operation for GetRateBasedStatementManagedKeys {
    const NAME: &'static str = "GetRateBasedStatementManagedKeys";
    const ACTION: &'static str = "wafv2:GetRateBasedStatementManagedKeys";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        entity::resource(cx, input.scope, Resource::WebAcl, &input.web_acl_name, &input.web_acl_id)
    }

    async fn call(room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let held = entity::find::<WebAcls>(cx, input.scope, &input.web_acl_name, &input.web_acl_id).await?;
        let rule = limiting::rule(cx, &held.document, &input.rule_name, input.rule_group_rule_name.as_deref()).await?;
        limiting::by_address(&rule)?;
        let asked = LimitedAsked {
            web_acl_arn: held.document.arn.clone(),
            rule: input.rule_name.clone(),
            group_rule: input.rule_group_rule_name.clone(),
        };
        let limited = room.traffic().limited(cx, &asked).await?;
        let of = |version, addresses| RateBasedStatementManagedKeysIpSet {
            ip_address_version: Some(version),
            addresses: Some(addresses),
        };
        Ok(Output {
            managed_keys_ipv4: Some(of(IpAddressVersion::Ipv4, limited.v4)),
            managed_keys_ipv6: Some(of(IpAddressVersion::Ipv6, limited.v6)),
        })
    }
}
