//! Statements as they are judged.

use bartizan_inspect::{ForwardedPlace, PatternId, Sensitivity};

use super::label::LabelTest;
use super::view::ViewId;
use crate::document::{ComparisonOperator, OversizeHandling};

/// A statement, and where it stands in its rule.
#[derive(Debug)]
pub(super) struct Node {
    /// As `AndStatement/Statements/0/ByteMatchStatement`.
    pub(super) path: Box<str>,
    pub(super) test: Test,
}

#[derive(Debug)]
pub(super) enum Test {
    Text {
        look: Look,
        patterns: Vec<PatternId>,
        /// The same in the view of the whole body, where that is looked at instead.
        patterns_as_text: Vec<PatternId>,
    },
    Sqli {
        look: Look,
        sensitivity: Sensitivity,
    },
    Xss {
        look: Look,
    },
    Size {
        look: Look,
        operator: ComparisonOperator,
        size: u64,
        /// True for the body as it came, whose true length may be known.
        whole_body: bool,
    },
    Geo {
        source: Source,
        countries: Vec<[u8; 2]>,
    },
    Asn {
        source: Source,
        numbers: Vec<u32>,
    },
    Address {
        source: Source,
        set: usize,
    },
    Label(LabelTest),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
}

/// Where a statement looks, and what it says where it cannot.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) view: ViewId,
    /// The view of the part without transformations.
    pub(super) root: ViewId,
    pub(super) oversize: OversizeHandling,
    /// What it says if there is no such part.
    pub(super) missing: bool,
    pub(super) malformed: Malformed,
}

/// What a statement says of a body that is not JSON.
#[derive(Debug, Clone, Copy)]
pub(super) enum Malformed {
    /// What could be read decides.
    Inspect,
    /// This.
    Say(bool),
    /// The whole body decides, in this view.
    AsText(ViewId),
}

/// Whose address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// The client's.
    Client,
    /// Those that a header names.
    Header {
        name: Vec<u8>,
        place: ForwardedPlace,
        /// What is said if it names none.
        fallback: bool,
    },
}
