//! `UpdateManagedRuleSetVersionExpiryDate` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::WAF;
use crate::document::Scope;
use crate::entity;
use crate::errors::WebError;
use crate::identity::Resource;
use crate::kind::ManagedRuleSets;
use crate::publishing;
use crate::room::WebRoom;

/// Sets when a version expires. From now on nobody can choose it; who has it keeps it until then.
#[derive(Debug)]
pub struct UpdateManagedRuleSetVersionExpiryDate;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdateManagedRuleSetVersionExpiryDateRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: String,
    /// Stands for this revision; a change must name it.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: String,
    /// Which version.
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub version_to_expire: String,
    /// When it expires.
    pub expiry_timestamp: Timestamp,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdateManagedRuleSetVersionExpiryDateResponse")]
pub struct Output {
    /// Which version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub expiring_version: Option<String>,
    /// When it expires.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub expiry_timestamp: Option<Timestamp>,
    /// Stands for the new revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub next_lock_token: Option<String>,
}

impl Operation for UpdateManagedRuleSetVersionExpiryDate {
    const NAME: &'static str = "UpdateManagedRuleSetVersionExpiryDate";
    const ACTION: &'static str = "wafv2:UpdateManagedRuleSetVersionExpiryDate";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/managed-rule-set"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        entity::resource(cx, input.scope, Resource::ManagedRuleSet, &input.name, &input.id)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let _turn = entity::turn(cx).await;
        let held = entity::find::<ManagedRuleSets>(cx, input.scope, &input.name, &input.id).await?;
        entity::unlock(cx, &held, &input.lock_token)?;
        let entry = publishing::expire(cx, &permit, &held, &input.version_to_expire, input.expiry_timestamp).await?;
        Ok(Output {
            expiring_version: Some(input.version_to_expire.clone()),
            expiry_timestamp: Some(input.expiry_timestamp),
            next_lock_token: Some(entry.token.0),
        })
    }
}
