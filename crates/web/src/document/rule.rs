//! Rules.

use bartizan_wire::Shape;
use serde::Serialize;

use super::action::OverrideAction;
use super::action::RuleAction;
use super::immunity::CaptchaConfig;
use super::immunity::ChallengeConfig;
use super::label::Label;
use super::statement::Statement;
use super::visibility::VisibilityConfig;

/// A statement, and what is done with requests that it matches.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    /// Unique in its list.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Unique in its list; the lowest comes first.
    #[shape(range = 0..)]
    pub priority: i32,
    /// What it looks for.
    pub statement: Statement,
    /// What it does; not with a statement that runs a rule group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<RuleAction>,
    /// What is done with the outcome of a rule group; only with a statement that runs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_action: Option<OverrideAction>,
    /// What it puts on requests that it matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_labels: Option<Vec<Label>>,
    /// What is measured and sampled.
    pub visibility_config: VisibilityConfig,
    /// Instead of the web ACL's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captcha_config: Option<CaptchaConfig>,
    /// Instead of the web ACL's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_config: Option<ChallengeConfig>,
}
