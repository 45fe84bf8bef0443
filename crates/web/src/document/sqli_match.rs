//! SQL injection.

use bartizan_wire::Shape;
use serde::Serialize;

use super::field_to_match::FieldToMatch;
use super::text_transformation::PreParseTextTransformation;
use super::text_transformation::TextTransformation;

/// Looks for SQL injection.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SqliMatchStatement {
    /// Where to look.
    pub field_to_match: FieldToMatch,
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
    /// How eagerly; `LOW` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity_level: Option<SensitivityLevel>,
    /// What is done to the raw query string before it is taken apart; only with arguments of the query string. Not in
    /// every version of the vendor's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_parse_text_transformations: Option<Vec<PreParseTextTransformation>>,
}

/// How eagerly to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SensitivityLevel {
    /// Few false alarms.
    Low,
    /// Finds more.
    High,
}
