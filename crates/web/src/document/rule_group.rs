//! Rule groups.

use std::collections::BTreeMap;

use bartizan_wire::Shape;
use serde::Serialize;

use super::custom_response::CustomResponseBody;
use super::label::LabelSummary;
use super::rule::Rule;
use super::visibility::VisibilityConfig;

/// Rules that web ACLs run together.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleGroup {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: String,
    /// What it costs a web ACL, in capacity units; never changes.
    #[shape(range = 1..)]
    pub capacity: i64,
    /// Its resource name.
    #[serde(rename = "ARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// In any order; priorities decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<Rule>>,
    /// What is measured and sampled.
    pub visibility_config: VisibilityConfig,
    /// What stands before the labels of its rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub label_namespace: Option<String>,
    /// Bodies that custom responses name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1.., key(length = 1..=128, pattern = r"^[\w\-]+$"))]
    pub custom_response_bodies: Option<BTreeMap<String, CustomResponseBody>>,
    /// Labels that its rules put on requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_labels: Option<Vec<LabelSummary>>,
    /// Labels that its rules look for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumed_labels: Option<Vec<LabelSummary>>,
}

/// A rule group in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleGroupSummary {
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
}
