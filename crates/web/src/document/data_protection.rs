//! What must not be seen in logs and samples.

use bartizan_wire::Shape;
use serde::Serialize;

/// What must not be seen in logs and samples.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DataProtectionConfig {
    /// One by one.
    #[shape(length = 1..=26)]
    pub data_protections: Vec<DataProtection>,
}

/// Something that must not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DataProtection {
    /// What.
    pub field: FieldToProtect,
    /// What stands there instead.
    pub action: DataProtectionAction,
    /// Details of matches show it all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_rule_match_details: Option<bool>,
    /// Details of rate-based rules show it all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_rate_based_details: Option<bool>,
}

/// What stands instead of what must not be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DataProtectionAction {
    /// `REDACTED`.
    Substitution,
    /// A digest, so that equal ones look equal.
    Hash,
}

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FieldToProtect {
    /// Which part.
    pub field_type: FieldToProtectType,
    /// Which of them, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=100, each(length = 1..=64, pattern = r".*\S.*"))]
    pub field_keys: Option<Vec<String>>,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FieldToProtectType {
    /// A header.
    SingleHeader,
    /// A cookie.
    SingleCookie,
    /// An argument.
    SingleQueryArgument,
    /// The query string.
    QueryString,
    /// The body.
    Body,
}
