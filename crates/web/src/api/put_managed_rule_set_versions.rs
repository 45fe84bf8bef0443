//! `PutManagedRuleSetVersions` [WAFV2 API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{Scope, VersionToPublish};
use crate::entity;
use crate::errors::WebError;
use crate::identity::Resource;
use crate::kind::ManagedRuleSets;
use crate::publishing::{self, Wish};
use crate::room::WebRoom;

/// Publishes versions of a managed rule set, changes some that are published, and recommends one; others stay as they
/// are.
#[derive(Debug)]
pub struct PutManagedRuleSetVersions;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PutManagedRuleSetVersionsRequest")]
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
    /// What customers get that name no version.
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub recommended_version: Option<String>,
    /// By name; others stay as they are.
    #[shape(key(length = 1..=64, pattern = r"^[\w#:\.\-/]+$"))]
    pub versions_to_publish: Option<BTreeMap<String, VersionToPublish>>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PutManagedRuleSetVersionsResponse")]
pub struct Output {
    /// Stands for the new revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub next_lock_token: Option<String>,
}

impl Operation for PutManagedRuleSetVersions {
    const NAME: &'static str = "PutManagedRuleSetVersions";
    const ACTION: &'static str = "wafv2:PutManagedRuleSetVersions";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/managed-rule-set", "web/managed-rule-set-version"];
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
        let none = BTreeMap::new();
        let versions = input.versions_to_publish.as_ref().unwrap_or(&none);
        let wish = Wish { versions, recommended: input.recommended_version.as_deref() };
        let entry = publishing::publish(cx, &permit, input.scope, &held, wish).await?;
        Ok(Output { next_lock_token: Some(entry.token.0) })
    }
}
