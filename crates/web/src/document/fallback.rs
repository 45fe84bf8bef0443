//! What a statement says where it cannot look.

use bartizan_wire::Shape;
use serde::Serialize;

/// What a statement says of more than what is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OversizeHandling {
    /// What is inspected decides.
    Continue,
    /// It matches.
    Match,
    /// It does not match.
    NoMatch,
}

/// What a statement says when there is nothing to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FallbackBehavior {
    /// It matches.
    Match,
    /// It does not match.
    NoMatch,
}
