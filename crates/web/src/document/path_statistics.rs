//! What is asked of paths.

use bartizan_wire::Shape;
use serde::Serialize;

/// What was asked of a path.
#[derive(Debug, Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PathStatistics {
    /// Of which bots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<FilterSource>,
    /// The path.
    #[shape(length = 1..=512)]
    pub path: String,
    /// Requests.
    #[shape(range = 0..)]
    pub request_count: i64,
    /// Of all requests.
    #[shape(range = 0..=100)]
    pub percentage: f64,
    /// Those with most requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_bots: Option<Vec<BotStatistics>>,
}

/// Some bots.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FilterSource {
    /// By their category.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub bot_category: Option<String>,
    /// By who runs them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub bot_organization: Option<String>,
    /// By their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub bot_name: Option<String>,
}

/// What a bot asked.
#[derive(Debug, Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BotStatistics {
    /// Its name.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub bot_name: String,
    /// Requests.
    #[shape(range = 0..)]
    pub request_count: i64,
    /// Of all requests.
    #[shape(range = 0..=100)]
    pub percentage: f64,
}
