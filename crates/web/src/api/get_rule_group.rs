//! `GetRuleGroup` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{RuleGroup, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::identity::Resource;
use crate::kind::RuleGroups;
use crate::room::WebRoom;

/// Reads a rule group, by name, scope and id or by its ARN.
#[derive(Debug)]
pub struct GetRuleGroup;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetRuleGroupRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: Option<String>,
    /// Regional, or for CloudFront.
    pub scope: Option<Scope>,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: Option<String>,
    /// Its resource name.
    #[serde(rename = "ARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: Option<String>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetRuleGroupResponse")]
pub struct Output {
    /// The rule group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_group: Option<RuleGroup>,
    /// Stands for this revision; a change must name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: Option<String>,
}

impl Operation for GetRuleGroup {
    const NAME: &'static str = "GetRuleGroup";
    const ACTION: &'static str = "wafv2:GetRuleGroup";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        summary::named_resource(
            cx,
            Resource::RuleGroup,
            input.arn.as_deref(),
            input.scope,
            input.name.as_deref(),
            input.id.as_deref(),
        )
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let held = match (&input.arn, &input.name, input.scope, &input.id) {
            (Some(arn), ..) => entity::find_arn::<RuleGroups>(cx, arn).await?.1,
            (None, Some(name), Some(scope), Some(id)) => entity::find::<RuleGroups>(cx, scope, name, id).await?,
            _ => return Err(summary::neither_arn_nor_name("RULE_GROUP").into()),
        };
        Ok(Output { rule_group: Some(entity::own(&held.document)), lock_token: Some(held.entry.token.0) })
    }
}
