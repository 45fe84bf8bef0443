//! Sets of regular expressions.

use bartizan_wire::Shape;
use serde::Serialize;

/// Regular expressions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegexPatternSet {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: Option<String>,
    /// A UUID in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: Option<String>,
    /// Its resource name.
    #[serde(rename = "ARN", skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// At most ten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regular_expression_list: Option<Vec<Regex>>,
}

/// A set of regular expressions in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegexPatternSetSummary {
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

/// A regular expression.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Regex {
    /// As it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=512, pattern = r".*")]
    pub regex_string: Option<String>,
}
