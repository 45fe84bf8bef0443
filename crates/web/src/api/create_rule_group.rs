//! `CreateRuleGroup` [WAFV2 API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{CustomResponseBody, Rule, RuleGroup, RuleGroupSummary, Scope, Tag, VisibilityConfig};
use crate::entity;
use crate::errors::WebError;
use crate::identity::{self, Named, Resource};
use crate::kind::RuleGroups;
use crate::room::WebRoom;
use crate::settling;

/// Creates a rule group.
#[derive(Debug)]
pub struct CreateRuleGroup;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateRuleGroupRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// Web ACL capacity units.
    #[shape(range = 1..)]
    pub capacity: i64,
    /// What it is for.
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// In any order; priorities decide.
    pub rules: Option<Vec<Rule>>,
    /// What is measured and sampled.
    pub visibility_config: VisibilityConfig,
    /// Key and value pairs.
    #[shape(length = 1..)]
    pub tags: Option<Vec<Tag>>,
    /// Bodies that custom responses name.
    #[shape(length = 1.., key(length = 1..=128, pattern = r"^[\w\-]+$"))]
    pub custom_response_bodies: Option<BTreeMap<String, CustomResponseBody>>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateRuleGroupResponse")]
pub struct Output {
    /// What was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<RuleGroupSummary>,
}

impl Operation for CreateRuleGroup {
    const NAME: &'static str = "CreateRuleGroup";
    const ACTION: &'static str = "wafv2:CreateRuleGroup";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/rule-group", "web/tags"];
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
        let named =
            Named { scope: input.scope, resource: Resource::RuleGroup, name: input.name.clone(), id: id.clone() };
        let group = RuleGroup {
            name: input.name.clone(),
            id,
            capacity: input.capacity,
            arn: named.arn(&cx.realm).into(),
            description: input.description.clone(),
            rules: input.rules.clone(),
            visibility_config: input.visibility_config.clone(),
            label_namespace: None,
            custom_response_bodies: input.custom_response_bodies.clone(),
            available_labels: None,
            consumed_labels: None,
        };
        let group = settling::group(cx, group)?;
        let _turn = entity::turn(cx).await;
        settling::group_references(cx, &group, input.scope).await?;
        let held = entity::create::<RuleGroups>(cx, &permit, &named, group, input.tags.as_deref()).await?;
        Ok(Output { summary: Some(summary::rule_group(&held)) })
    }
}
