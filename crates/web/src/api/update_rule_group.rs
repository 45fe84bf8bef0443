//! `UpdateRuleGroup` [WAFV2 API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{CustomResponseBody, Rule, RuleGroup, Scope, VisibilityConfig};
use crate::entity;
use crate::errors::WebError;
use crate::identity::{self, Resource};
use crate::kind::RuleGroups;
use crate::room::WebRoom;
use crate::settling;
use crate::wcu;

/// Replaces the rules of a rule group and everything else that can change; what is not given is cleared.
#[derive(Debug)]
pub struct UpdateRuleGroup;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdateRuleGroupRequest")]
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
    /// In any order; priorities decide.
    pub rules: Option<Vec<Rule>>,
    /// What is measured and sampled.
    pub visibility_config: VisibilityConfig,
    /// Stands for this revision; a change must name it.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: String,
    /// Bodies that custom responses name.
    #[shape(length = 1.., key(length = 1..=128, pattern = r"^[\w\-]+$"))]
    pub custom_response_bodies: Option<BTreeMap<String, CustomResponseBody>>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdateRuleGroupResponse")]
pub struct Output {
    /// Stands for the new revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub next_lock_token: Option<String>,
}

impl Operation for UpdateRuleGroup {
    const NAME: &'static str = "UpdateRuleGroup";
    const ACTION: &'static str = "wafv2:UpdateRuleGroup";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/rule-group"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        entity::resource(cx, input.scope, Resource::RuleGroup, &input.name, &input.id)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let sent = RuleGroup {
            name: input.name.clone(),
            id: input.id.clone(),
            capacity: wcu::RULE_GROUP_MAX,
            arn: identity::arn(&cx.realm, input.scope, Resource::RuleGroup, &input.name, &input.id).into(),
            description: input.description.clone(),
            rules: input.rules.clone(),
            visibility_config: input.visibility_config.clone(),
            label_namespace: None,
            custom_response_bodies: input.custom_response_bodies.clone(),
            available_labels: None,
            consumed_labels: None,
        };
        let sent = settling::group(cx, sent)?;
        let _turn = entity::turn(cx).await;
        let held = entity::find::<RuleGroups>(cx, input.scope, &input.name, &input.id).await?;
        entity::unlock(cx, &held, &input.lock_token)?;
        settling::group_references(cx, &sent, input.scope).await?;
        let next = settling::group(cx, RuleGroup { capacity: held.document.capacity, ..sent })?;
        let held = entity::replace(cx, &permit, &held, next).await?;
        Ok(Output { next_lock_token: Some(held.entry.token.0) })
    }
}
