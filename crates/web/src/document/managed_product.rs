//! Managed rule groups as their customers see them.

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use super::action::RuleAction;

/// A managed rule group as a product.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedProductDescriptor {
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: Option<String>,
    /// The group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub managed_rule_set_name: Option<String>,
    /// Unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub product_id: Option<String>,
    /// Where more is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=2048, pattern = r".*\S.*")]
    pub product_link: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1.., pattern = r".*\S.*")]
    pub product_title: Option<String>,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1.., pattern = r".*\S.*")]
    pub product_description: Option<String>,
    /// Where news of its versions are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub sns_topic_arn: Option<String>,
    /// Whether it has versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_versioning_supported: Option<bool>,
    /// Whether it costs extra at the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_advanced_managed_rule_set: Option<bool>,
}

/// A managed rule group in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedRuleGroupSummary {
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: Option<String>,
    /// Whether it has versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versioning_supported: Option<bool>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
}

/// A version in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedRuleGroupVersion {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub name: Option<String>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub last_update_timestamp: Option<Timestamp>,
}

/// A rule of a managed rule group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleSummary {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: Option<String>,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<RuleAction>,
}
