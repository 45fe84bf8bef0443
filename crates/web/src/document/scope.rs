//! Which of the two name spaces.

use bartizan_wire::Shape;
use serde::Serialize;

/// A name space: of an application in a region, or of CloudFront.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// For CloudFront; only through us-east-1.
    Cloudfront,
    /// For what is in a region.
    Regional,
}
