//! `CreateRegexPatternSet` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{Regex, RegexPatternSet, RegexPatternSetSummary, Scope, Tag};
use crate::entity;
use crate::errors::WebError;
use crate::identity::{self, Named, Resource};
use crate::kind::RegexPatternSets;
use crate::kind::regex_pattern_set::EXPRESSIONS_MAX;
use crate::room::WebRoom;

/// Creates a set of regular expressions.
#[derive(Debug)]
pub struct CreateRegexPatternSet;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateRegexPatternSetRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// What it is for.
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// At most ten.
    pub regular_expression_list: Vec<Regex>,
    /// Key and value pairs.
    #[shape(length = 1..)]
    pub tags: Option<Vec<Tag>>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateRegexPatternSetResponse")]
pub struct Output {
    /// What was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<RegexPatternSetSummary>,
}

impl Operation for CreateRegexPatternSet {
    const NAME: &'static str = "CreateRegexPatternSet";
    const ACTION: &'static str = "wafv2:CreateRegexPatternSet";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/regex-pattern-set", "web/tags"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        identity::review_scope(&cx.realm, input.scope)?;
        too_many(&input.regular_expression_list)?;
        let id = identity::mint(cx);
        let named =
            Named { scope: input.scope, resource: Resource::RegexPatternSet, name: input.name.clone(), id: id.clone() };
        let set = RegexPatternSet {
            name: Some(input.name.clone()),
            id: Some(id),
            arn: Some(named.arn(&cx.realm).into()),
            description: input.description.clone(),
            regular_expression_list: Some(input.regular_expression_list.clone()),
        };
        let _turn = entity::turn(cx).await;
        let held = entity::create::<RegexPatternSets>(cx, &permit, &named, set, input.tags.as_deref()).await?;
        Ok(Output { summary: Some(summary::regex_pattern_set(&held)) })
    }
}

/// Refuses a set that is too large.
pub(super) fn too_many(expressions: &[Regex]) -> Result<(), WebError> {
    if expressions.len() > EXPRESSIONS_MAX {
        let text =
            format!("a regex pattern set has at most {EXPRESSIONS_MAX} expressions: divide them among several sets");
        return Err(WebError::LimitsExceeded { source_type: "REGEX_PATTERN_SET", text });
    }
    Ok(())
}
