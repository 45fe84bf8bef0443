//! Managed rule groups in a web ACL.

use bartizan_wire::Shape;
use serde::Serialize;

use super::managed_rule_group_config::ManagedRuleGroupConfig;
use super::rule_group_reference::ExcludedRule;
use super::rule_group_reference::RuleActionOverride;
use super::statement::Statement;

/// Runs the rules of a managed rule group.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedRuleGroupStatement {
    /// Who made it.
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: String,
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Which version; absent: the one that its vendor recommends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub version: Option<String>,
    /// Rules that only count; an older way than `RuleActionOverrides`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=100)]
    pub excluded_rules: Option<Vec<ExcludedRule>>,
    /// Only requests that match this are looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope_down_statement: Option<Box<Statement>>,
    /// What the group has to know of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_rule_group_configs: Option<Vec<ManagedRuleGroupConfig>>,
    /// Rules that do something else than what they say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=100)]
    pub rule_action_overrides: Option<Vec<RuleActionOverride>>,
}
