//! Lengths.

use bartizan_wire::Shape;
use serde::Serialize;

use super::field_to_match::FieldToMatch;
use super::text_transformation::PreParseTextTransformation;
use super::text_transformation::TextTransformation;

/// Compares a length.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SizeConstraintStatement {
    /// Where to look.
    pub field_to_match: FieldToMatch,
    /// How: the length stands on the left.
    pub comparison_operator: ComparisonOperator,
    /// In bytes, after the transformations.
    #[shape(range = 0..=21474836480)]
    pub size: i64,
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
    /// What is done to the raw query string before it is taken apart; only with arguments of the query string. Not in
    /// every version of the vendor's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_parse_text_transformations: Option<Vec<PreParseTextTransformation>>,
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComparisonOperator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// At most.
    Le,
    /// Less.
    Lt,
    /// At least.
    Ge,
    /// Greater.
    Gt,
}
