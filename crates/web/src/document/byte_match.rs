//! Bytes in a request.

use bartizan_wire::{Blob, Shape};
use serde::Serialize;

use super::field_to_match::FieldToMatch;
use super::text_transformation::PreParseTextTransformation;
use super::text_transformation::TextTransformation;

/// Looks for bytes.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ByteMatchStatement {
    /// At most 200 bytes; case matters.
    pub search_string: Blob,
    /// Where to look.
    pub field_to_match: FieldToMatch,
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
    /// Where they must stand.
    pub positional_constraint: PositionalConstraint,
    /// What is done to the raw query string before it is taken apart; only with arguments of the query string. Not in
    /// every version of the vendor's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_parse_text_transformations: Option<Vec<PreParseTextTransformation>>,
}

/// Where the bytes must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PositionalConstraint {
    /// They are all that there is.
    Exactly,
    /// At the start.
    StartsWith,
    /// At the end.
    EndsWith,
    /// Anywhere.
    Contains,
    /// Anywhere, as a word of letters, digits and underscores.
    ContainsWord,
}
