//! All, one, none.

use bartizan_wire::Shape;
use serde::Serialize;

use super::statement::Statement;

/// Matches if all match.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AndStatement {
    /// At least two.
    pub statements: Vec<Statement>,
}

/// Matches if one matches.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrStatement {
    /// At least two.
    pub statements: Vec<Statement>,
}

/// Matches if the other does not.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NotStatement {
    /// The other.
    pub statement: Box<Statement>,
}
