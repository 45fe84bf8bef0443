//! Addresses in headers.

use bartizan_wire::Shape;
use serde::Serialize;

use super::fallback::FallbackBehavior;

/// A header in which a proxy says whom it forwards.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ForwardedIPConfig")]
pub struct ForwardedIpConfig {
    /// The header; its case does not matter.
    #[shape(length = 1..=255, pattern = r"^[a-zA-Z0-9-]+$")]
    pub header_name: String,
    /// What to say when there is nothing to look at.
    pub fallback_behavior: FallbackBehavior,
}

/// A header in which proxies say whom they forward, and which of the addresses counts.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "IPSetForwardedIPConfig")]
pub struct IpSetForwardedIpConfig {
    /// The header; its case does not matter.
    #[shape(length = 1..=255, pattern = r"^[a-zA-Z0-9-]+$")]
    pub header_name: String,
    /// What to say when there is nothing to look at.
    pub fallback_behavior: FallbackBehavior,
    /// Which of them.
    pub position: ForwardedIpPosition,
}

/// Which address of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[shape(name = "ForwardedIPPosition")]
pub enum ForwardedIpPosition {
    /// The first.
    First,
    /// The last.
    Last,
    /// Any; of more than ten, the last ten.
    Any,
}
