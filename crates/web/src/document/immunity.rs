//! How long tokens count.

use bartizan_wire::Shape;
use serde::Serialize;

/// How long a solved puzzle counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CaptchaConfig {
    /// 300 seconds if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub immunity_time_property: Option<ImmunityTimeProperty>,
}

/// How long a passed challenge counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChallengeConfig {
    /// 300 seconds if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub immunity_time_property: Option<ImmunityTimeProperty>,
}

/// A time.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ImmunityTimeProperty {
    /// In seconds.
    #[shape(range = 60..=259200)]
    pub immunity_time: i64,
}
