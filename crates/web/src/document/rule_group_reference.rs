//! Own rule groups in a web ACL.

use bartizan_wire::Shape;
use serde::Serialize;

use super::action::RuleAction;

/// Runs the rules of an own rule group.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleGroupReferenceStatement {
    /// The group's.
    #[serde(rename = "ARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: String,
    /// Rules that only count; an older way than `RuleActionOverrides`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=100)]
    pub excluded_rules: Option<Vec<ExcludedRule>>,
    /// Rules that do something else than what they say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=100)]
    pub rule_action_overrides: Option<Vec<RuleActionOverride>>,
}

/// A rule of a group that only counts.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExcludedRule {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
}

/// A rule of a group that does something else than what it says.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleActionOverride {
    /// The rule's.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// What it does instead.
    pub action_to_use: RuleAction,
}
