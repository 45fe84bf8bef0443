//! Views: a part of the request after some transformations. Statements that share a view share its texts and one search.

use bartizan_inspect::{Patterns, Transformation};

use super::component::Component;

/// The number of a view in its plan.
pub(super) type ViewId = usize;

/// A part of the request after some transformations.
#[derive(Debug)]
pub(super) struct View {
    pub(super) from: From,
    /// What is looked for in it.
    pub(super) patterns: Patterns,
}

/// Where the texts of a view come from.
#[derive(Debug)]
pub(super) enum From {
    /// From the request.
    Request(Component),
    /// From a view by one more transformation. `root` is the view of the part itself.
    View { parent: ViewId, root: ViewId, by: Transformation },
}
