//! API keys.

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

/// An API key in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "APIKeySummary")]
pub struct ApiKeySummary {
    /// Where it may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(each(length = 1..=253, pattern = r"^[\w\.\-/]+$"))]
    pub token_domains: Option<Vec<String>>,
    /// The key.
    #[serde(rename = "APIKey", skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=2048, pattern = r".*\S.*")]
    pub api_key: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub creation_timestamp: Option<Timestamp>,
    /// Of the way in which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 0..)]
    pub version: Option<i32>,
}
