//! Labels on requests.

use bartizan_wire::Shape;
use serde::Serialize;

/// What a rule that matches puts on the request.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Label {
    /// Up to five name spaces and a name, with colons between them.
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub name: String,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LabelSummary {
    /// In full.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub name: Option<String>,
}

/// Looks for a label that an earlier rule put on the request.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LabelMatchStatement {
    /// A whole label, or a name space.
    pub scope: LabelMatchScope,
    /// In full from `awswaf:` on, or as it is in the rule's own name space.
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub key: String,
}

/// What a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LabelMatchScope {
    /// The end of a label.
    Label,
    /// Name spaces in a row.
    Namespace,
}
