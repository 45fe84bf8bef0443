//! Managed rule sets as their vendors see them.

use std::collections::BTreeMap;

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

/// What a vendor publishes under one name, as the vendor sees it.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedRuleSet {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: String,
    /// Its resource name.
    #[serde(rename = "ARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// By name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(key(length = 1..=64, pattern = r"^[\w#:\.\-/]+$"))]
    pub published_versions: Option<BTreeMap<String, ManagedRuleSetVersion>>,
    /// What customers get that name no version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub recommended_version: Option<String>,
    /// What stands before the labels of its rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub label_namespace: Option<String>,
}

/// A managed rule set in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedRuleSetSummary {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: Option<String>,
    /// A UUID in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// Stands for this revision; a change must name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: Option<String>,
    /// Its resource name.
    #[serde(rename = "ARN", skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: Option<String>,
    /// What stands before the labels of its rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub label_namespace: Option<String>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedRuleSetVersion {
    /// The rule group whose rules are published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub associated_rule_group_arn: Option<String>,
    /// Web ACL capacity units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 1..)]
    pub capacity: Option<i64>,
    /// For how many days it is meant to live.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 1..)]
    pub forecasted_lifetime: Option<i32>,
    /// When it was first published.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub publish_timestamp: Option<Timestamp>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub last_update_timestamp: Option<Timestamp>,
    /// When it expires, if that is set.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub expiry_timestamp: Option<Timestamp>,
}

/// A version to be published or changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VersionToPublish {
    /// The rule group whose rules are published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub associated_rule_group_arn: Option<String>,
    /// For how many days it is meant to live.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 1..)]
    pub forecasted_lifetime: Option<i32>,
}
