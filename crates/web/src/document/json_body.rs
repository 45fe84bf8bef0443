//! Elements of a JSON body.

use bartizan_wire::{Constraint, Shape, one_of};
use serde::Serialize;

use super::fallback::OversizeHandling;
use super::headers::All;

/// Elements of a JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct JsonBody {
    /// Which ones.
    pub match_pattern: JsonMatchPattern,
    /// Keys, values or both.
    pub match_scope: JsonMatchScope,
    /// What to say when the body is not JSON; absent: what could be read is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_fallback_behavior: Option<BodyParsingFallbackBehavior>,
    /// What to say when there is more than what is inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oversize_handling: Option<OversizeHandling>,
}

/// What holds for the list of `IncludedPaths`.
const INCLUDED_PATHS: Constraint = Constraint {
    length_min: Some(1),
    each: Some(&Constraint {
        length_min: Some(1),
        length_max: Some(512),
        pattern: Some(r"([/])|([/](([^~])|(~[01]))+)"),
        ..Constraint::NONE
    }),
    ..Constraint::NONE
};

one_of! {
    /// Which elements.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum JsonMatchPattern {
        /// All.
        All(All) = "All",
        /// What these JSON pointers lead to, with all below.
        Included(Vec<String>) = "IncludedPaths" with INCLUDED_PATHS,
    }
}

/// Of JSON, what is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JsonMatchScope {
    /// Keys and values.
    All,
    /// Keys.
    Key,
    /// Values.
    Value,
}

/// What a statement says of a body that is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BodyParsingFallbackBehavior {
    /// It matches.
    Match,
    /// It does not match.
    NoMatch,
    /// The whole body is looked at as text.
    EvaluateAsString,
}
