//! `CreateIPSet` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{IpAddressVersion, IpSet, IpSetSummary, Scope, Tag};
use crate::entity;
use crate::errors::WebError;
use crate::identity::{self, Named, Resource};
use crate::kind::IpSets;
use crate::kind::ip_set::ADDRESSES_MAX;
use crate::room::WebRoom;

/// Creates a set of addresses.
#[derive(Debug)]
pub struct CreateIpSet;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateIPSetRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// What it is for.
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// The family; never changes.
    #[serde(rename = "IPAddressVersion")]
    pub ip_address_version: IpAddressVersion,
    /// In CIDR notation.
    #[shape(each(length = 1..=50, pattern = r".*\S.*"))]
    pub addresses: Vec<String>,
    /// Key and value pairs.
    #[shape(length = 1..)]
    pub tags: Option<Vec<Tag>>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateIPSetResponse")]
pub struct Output {
    /// What was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<IpSetSummary>,
}

impl Operation for CreateIpSet {
    const NAME: &'static str = "CreateIPSet";
    const ACTION: &'static str = "wafv2:CreateIPSet";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/ip-set", "web/tags"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        identity::review_scope(&cx.realm, input.scope)?;
        let id = identity::mint(cx);
        let named = Named { scope: input.scope, resource: Resource::IpSet, name: input.name.clone(), id: id.clone() };
        let set = IpSet {
            name: input.name.clone(),
            id,
            arn: named.arn(&cx.realm).into(),
            description: input.description.clone(),
            ip_address_version: input.ip_address_version,
            addresses: input.addresses.clone(),
        };
        too_many(&set.addresses)?;
        let _turn = entity::turn(cx).await;
        let held = entity::create::<IpSets>(cx, &permit, &named, set, input.tags.as_deref()).await?;
        Ok(Output { summary: Some(summary::ip_set(&held)) })
    }
}

/// Refuses a set that is too large.
pub(super) fn too_many(addresses: &[String]) -> Result<(), WebError> {
    if addresses.len() > ADDRESSES_MAX {
        let text = format!("an IP set has at most {ADDRESSES_MAX} addresses: divide them among several sets");
        return Err(WebError::LimitsExceeded { source_type: "IP_ADDRESS", text });
    }
    Ok(())
}
