//! What requests that are counted together agree in.

use super::label::LabelTest;
use super::statement::{Node, Source};
use super::view::ViewId;

/// A rate-based rule.
#[derive(Debug)]
pub(super) struct Rate {
    /// Its number among the plan's.
    pub(super) number: usize,
    pub(super) limit: u64,
    pub(super) window_ms: i64,
    pub(super) scope_down: Option<Node>,
    pub(super) key: RateKey,
}

#[derive(Debug)]
pub(super) enum RateKey {
    Constant,
    Address(Source),
    Custom(Vec<KeyPart>),
}

/// A part of a key of several.
#[derive(Debug)]
pub(super) enum KeyPart {
    /// All texts of a view.
    View {
        view: ViewId,
        root: ViewId,
        kind: &'static str,
        name: Option<String>,
        /// True if requests without it are counted together.
        absent_counts: bool,
    },
    Address(Source),
    Asn(Source),
    Labels {
        test: LabelTest,
        namespace: String,
    },
}

impl RateKey {
    /// As logs spell it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Constant => "CONSTANT",
            Self::Address(Source::Client) => "IP",
            Self::Address(Source::Header { .. }) => "FORWARDED_IP",
            Self::Custom(_) => "CUSTOMKEYS",
        }
    }
}
