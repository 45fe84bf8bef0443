//! `GetManagedRuleSet` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{ManagedRuleSet, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::identity::{self, Resource};
use crate::kind::ManagedRuleSets;
use crate::room::WebRoom;

/// Reads a managed rule set as its vendor sees it.
#[derive(Debug)]
pub struct GetManagedRuleSet;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetManagedRuleSetRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetManagedRuleSetResponse")]
pub struct Output {
    /// The managed rule set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_rule_set: Option<ManagedRuleSet>,
    /// Stands for this revision; a change must name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: Option<String>,
}

impl Operation for GetManagedRuleSet {
    const NAME: &'static str = "GetManagedRuleSet";
    const ACTION: &'static str = "wafv2:GetManagedRuleSet";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        entity::resource(cx, input.scope, Resource::ManagedRuleSet, &input.name, &input.id)
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let held = entity::find::<ManagedRuleSets>(cx, input.scope, &input.name, &input.id).await?;
        let set = entity::own(&held.document);
        let arn = identity::arn(&cx.realm, input.scope, Resource::ManagedRuleSet, &set.name, &set.id);
        let managed_rule_set = ManagedRuleSet {
            name: set.name,
            id: set.id,
            arn: arn.into(),
            description: set.description,
            published_versions: Some(set.published_versions),
            recommended_version: set.recommended_version,
            label_namespace: Some(set.label_namespace),
        };
        Ok(Output { managed_rule_set: Some(managed_rule_set), lock_token: Some(held.entry.token.0) })
    }
}
