//! What is measured and sampled.

use bartizan_wire::Shape;
use serde::Serialize;

/// What is measured and sampled.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VisibilityConfig {
    /// Whether requests are sampled.
    pub sampled_requests_enabled: bool,
    /// Whether requests are counted.
    pub cloud_watch_metrics_enabled: bool,
    /// Under which name.
    #[shape(length = 1..=255, pattern = r"^[\w#:\.\-/]+$")]
    pub metric_name: String,
}
