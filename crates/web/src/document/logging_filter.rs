//! Which requests are logged.

use bartizan_wire::{Shape, one_of};
use serde::Serialize;

/// Which requests are logged.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoggingFilter {
    /// The first that applies decides.
    #[shape(length = 1..)]
    pub filters: Vec<Filter>,
    /// What happens when none applies.
    pub default_behavior: FilterBehavior,
}

/// Some requests, and what happens with them.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    /// What happens.
    pub behavior: FilterBehavior,
    /// Whether all conditions must hold.
    pub requirement: FilterRequirement,
    /// One or more.
    #[shape(length = 1..)]
    pub conditions: Vec<Condition>,
}

/// What happens with a log record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FilterBehavior {
    /// It is kept.
    Keep,
    /// It is dropped.
    Drop,
}

/// How many conditions must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FilterRequirement {
    /// All.
    MeetsAll,
    /// One.
    MeetsAny,
}

one_of! {
    /// What must be true of a request.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Condition {
        /// What was done with it.
        Action(ActionCondition) = "ActionCondition",
        /// It has a label.
        Label(LabelNameCondition) = "LabelNameCondition",
    }
}

/// What was done with a request.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ActionCondition {
    /// This.
    pub action: ActionValue,
}

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActionValue {
    /// It is let through.
    Allow,
    /// It is answered.
    Block,
    /// It is counted.
    Count,
    /// A puzzle is asked for.
    Captcha,
    /// Some work is asked for.
    Challenge,
    /// It is counted because the rule is excluded or overridden.
    ExcludedAsCount,
}

/// A request has a label.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LabelNameCondition {
    /// In full.
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub label_name: String,
}
