//! `GetRegexPatternSet` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{RegexPatternSet, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::identity::Resource;
use crate::kind::RegexPatternSets;
use crate::room::WebRoom;

/// Reads a set of regular expressions.
#[derive(Debug)]
pub struct GetRegexPatternSet;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetRegexPatternSetRequest")]
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
#[shape(name = "GetRegexPatternSetResponse")]
pub struct Output {
    /// The set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex_pattern_set: Option<RegexPatternSet>,
    /// Stands for this revision; a change must name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: Option<String>,
}

impl Operation for GetRegexPatternSet {
    const NAME: &'static str = "GetRegexPatternSet";
    const ACTION: &'static str = "wafv2:GetRegexPatternSet";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        entity::resource(cx, input.scope, Resource::RegexPatternSet, &input.name, &input.id)
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let held = entity::find::<RegexPatternSets>(cx, input.scope, &input.name, &input.id).await?;
        Ok(Output { regex_pattern_set: Some(entity::own(&held.document)), lock_token: Some(held.entry.token.0) })
    }
}
