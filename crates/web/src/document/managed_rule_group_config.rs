//! What managed rule groups have to know of an application. Kept and answered.

use bartizan_wire::Shape;
use serde::Serialize;

use super::regex_pattern_set::Regex;
use super::request_inspection::PasswordField;
use super::request_inspection::PayloadType;
use super::request_inspection::RequestInspection;
use super::request_inspection::RequestInspectionAcfp;
use super::request_inspection::UsernameField;
use super::response_inspection::ResponseInspection;

/// What a managed rule group has to know of the application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedRuleGroupConfig {
    /// An older way to say where users sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub login_path: Option<String>,
    /// How the body is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload_type: Option<PayloadType>,
    /// Where the user's name is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_field: Option<UsernameField>,
    /// Where the password is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_field: Option<PasswordField>,
    /// For the group of this name.
    #[serde(rename = "AWSManagedRulesBotControlRuleSet", skip_serializing_if = "Option::is_none")]
    pub aws_managed_rules_bot_control_rule_set: Option<AwsManagedRulesBotControlRuleSet>,
    /// For the group of this name.
    #[serde(rename = "AWSManagedRulesATPRuleSet", skip_serializing_if = "Option::is_none")]
    pub aws_managed_rules_atp_rule_set: Option<AwsManagedRulesAtpRuleSet>,
    /// For the group of this name.
    #[serde(rename = "AWSManagedRulesACFPRuleSet", skip_serializing_if = "Option::is_none")]
    pub aws_managed_rules_acfp_rule_set: Option<AwsManagedRulesAcfpRuleSet>,
    /// For the group of this name.
    #[serde(rename = "AWSManagedRulesAntiDDoSRuleSet", skip_serializing_if = "Option::is_none")]
    pub aws_managed_rules_anti_ddos_rule_set: Option<AwsManagedRulesAntiDdosRuleSet>,
}

/// For bot control.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "AWSManagedRulesBotControlRuleSet")]
pub struct AwsManagedRulesBotControlRuleSet {
    /// How much of it.
    pub inspection_level: InspectionLevel,
    /// Whether statistics of the traffic are used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_machine_learning: Option<bool>,
}

/// How much of bot control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InspectionLevel {
    /// Bots that say who they are.
    Common,
    /// Others as well.
    Targeted,
}

/// Against the take-over of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "AWSManagedRulesATPRuleSet")]
pub struct AwsManagedRulesAtpRuleSet {
    /// Where users sign in.
    pub login_path: String,
    /// How the request is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_inspection: Option<RequestInspection>,
    /// How the answer tells success from failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_inspection: Option<ResponseInspection>,
    /// Whether paths are regular expressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_regex_in_path: Option<bool>,
}

/// Against the creation of fraudulent accounts.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "AWSManagedRulesACFPRuleSet")]
pub struct AwsManagedRulesAcfpRuleSet {
    /// Where accounts are created.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub creation_path: String,
    /// The page that leads there.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub registration_page_path: String,
    /// How the request is written.
    pub request_inspection: RequestInspectionAcfp,
    /// How the answer tells success from failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_inspection: Option<ResponseInspection>,
    /// Whether paths are regular expressions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_regex_in_path: Option<bool>,
}

/// Against floods of requests.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "AWSManagedRulesAntiDDoSRuleSet")]
pub struct AwsManagedRulesAntiDdosRuleSet {
    /// What clients have to do.
    pub client_side_action_config: ClientSideActionConfig,
    /// How eagerly to block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity_to_block: Option<SensitivityToAct>,
}

/// What clients have to do.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClientSideActionConfig {
    /// Pass a challenge.
    pub challenge: ClientSideAction,
}

/// Something that clients have to do.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClientSideAction {
    /// Whether they have to.
    pub usage_of_action: UsageOfAction,
    /// How eagerly to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<SensitivityToAct>,
    /// Where they have not to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempt_uri_regular_expressions: Option<Vec<Regex>>,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UsageOfAction {
    /// On.
    Enabled,
    /// Off.
    Disabled,
}

/// How eagerly to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SensitivityToAct {
    /// Rarely.
    Low,
    /// Sometimes.
    Medium,
    /// Often.
    High,
}
