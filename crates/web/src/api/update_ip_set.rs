//! `UpdateIPSet` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::create_ip_set::too_many;
use crate::document::{IpSet, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::identity::Resource;
use crate::kind::{IpSets, ip_set};
use crate::room::WebRoom;
use crate::settling;

/// Replaces the addresses and the description of a set.
#[derive(Debug)]
pub struct UpdateIpSet;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdateIPSetRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: String,
    /// What it is for.
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// In CIDR notation.
    #[shape(each(length = 1..=50, pattern = r".*\S.*"))]
    pub addresses: Vec<String>,
    /// Stands for this revision; a change must name it.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdateIPSetResponse")]
pub struct Output {
    /// Stands for the new revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub next_lock_token: Option<String>,
}

impl Operation for UpdateIpSet {
    const NAME: &'static str = "UpdateIPSet";
    const ACTION: &'static str = "wafv2:UpdateIPSet";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/ip-set"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        entity::resource(cx, input.scope, Resource::IpSet, &input.name, &input.id)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        settling::refuse(ip_set::malformed(&input.addresses))?;
        too_many(&input.addresses)?;
        let _turn = entity::turn(cx).await;
        let held = entity::find::<IpSets>(cx, input.scope, &input.name, &input.id).await?;
        entity::unlock(cx, &held, &input.lock_token)?;
        let next = IpSet {
            description: input.description.clone(),
            addresses: input.addresses.clone(),
            ..entity::own(&held.document)
        };
        let held = entity::replace(cx, &permit, &held, next).await?;
        Ok(Output { next_lock_token: Some(held.entry.token.0) })
    }
}
