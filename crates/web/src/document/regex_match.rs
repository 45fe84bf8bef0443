//! Regular expressions in a request.

use bartizan_wire::Shape;
use serde::Serialize;

use super::field_to_match::FieldToMatch;
use super::text_transformation::PreParseTextTransformation;
use super::text_transformation::TextTransformation;

/// Looks for what a regular expression matches, anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegexMatchStatement {
    /// The expression.
    #[shape(length = 1..=512, pattern = r".*")]
    pub regex_string: String,
    /// Where to look.
    pub field_to_match: FieldToMatch,
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
    /// What is done to the raw query string before it is taken apart; only with arguments of the query string. Not in
    /// every version of the vendor's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_parse_text_transformations: Option<Vec<PreParseTextTransformation>>,
}

/// Looks for what any regular expression of a set matches.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegexPatternSetReferenceStatement {
    /// The set's.
    #[serde(rename = "ARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: String,
    /// Where to look.
    pub field_to_match: FieldToMatch,
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
    /// What is done to the raw query string before it is taken apart; only with arguments of the query string. Not in
    /// every version of the vendor's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_parse_text_transformations: Option<Vec<PreParseTextTransformation>>,
}
