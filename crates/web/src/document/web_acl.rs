//! Web ACLs.

use std::collections::BTreeMap;

use bartizan_wire::Shape;
use serde::Serialize;

use super::action::DefaultAction;
use super::custom_response::CustomResponseBody;
use super::data_protection::DataProtectionConfig;
use super::firewall_manager::FirewallManagerRuleGroup;
use super::immunity::CaptchaConfig;
use super::immunity::ChallengeConfig;
use super::rule::Rule;
use super::visibility::VisibilityConfig;

/// What protects an application.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "WebACL")]
pub struct WebAcl {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: String,
    /// Its resource name.
    #[serde(rename = "ARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: String,
    /// What is done with requests that no rule ends.
    pub default_action: DefaultAction,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// In any order; priorities decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<Rule>>,
    /// What is measured and sampled.
    pub visibility_config: VisibilityConfig,
    /// What must not be seen in logs and samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_protection_config: Option<DataProtectionConfig>,
    /// What its rules cost, in capacity units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 0..)]
    pub capacity: Option<i64>,
    /// Of Firewall Manager: none here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_process_firewall_manager_rule_groups: Option<Vec<FirewallManagerRuleGroup>>,
    /// Of Firewall Manager: none here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_process_firewall_manager_rule_groups: Option<Vec<FirewallManagerRuleGroup>>,
    /// Never here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by_firewall_manager: Option<bool>,
    /// What stands before the labels of its rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub label_namespace: Option<String>,
    /// Bodies that custom responses name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1.., key(length = 1..=128, pattern = r"^[\w\-]+$"))]
    pub custom_response_bodies: Option<BTreeMap<String, CustomResponseBody>>,
    /// How long a solved puzzle counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captcha_config: Option<CaptchaConfig>,
    /// How long a passed challenge counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_config: Option<ChallengeConfig>,
    /// Where tokens of this web ACL count, beside its own host.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(each(length = 1..=253, pattern = r"^[\w\.\-/]+$"))]
    pub token_domains: Option<Vec<String>>,
    /// How much of a body is inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_config: Option<AssociationConfig>,
    /// Never here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retrofitted_by_firewall_manager: Option<bool>,
    /// What load balancers do with addresses of low reputation.
    #[serde(rename = "OnSourceDDoSProtectionConfig", skip_serializing_if = "Option::is_none")]
    pub on_source_ddos_protection_config: Option<OnSourceDdosProtectionConfig>,
    /// What the application is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_config: Option<ApplicationConfig>,
}

/// A web ACL in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "WebACLSummary")]
pub struct WebAclSummary {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: Option<String>,
    /// A UUID in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// Stands for this revision; a change must name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: Option<String>,
    /// Its resource name.
    #[serde(rename = "ARN", skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: Option<String>,
}

/// How much of a body is inspected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociationConfig {
    /// By the type of the resource: `CLOUDFRONT`, `API_GATEWAY`, `COGNITO_USER_POOL`, `APP_RUNNER_SERVICE` or
    /// `VERIFIED_ACCESS_INSTANCE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<BTreeMap<String, RequestBodyAssociatedResourceTypeConfig>>,
}

/// How much of a body is inspected.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RequestBodyAssociatedResourceTypeConfig {
    /// So much.
    pub default_size_inspection_limit: SizeInspectionLimit,
}

/// How much of a body is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SizeInspectionLimit {
    /// 16 KiB.
    #[serde(rename = "KB_16")]
    Kb16,
    /// 32 KiB.
    #[serde(rename = "KB_32")]
    Kb32,
    /// 48 KiB.
    #[serde(rename = "KB_48")]
    Kb48,
    /// 64 KiB.
    #[serde(rename = "KB_64")]
    Kb64,
}

/// What load balancers do with addresses of low reputation.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "OnSourceDDoSProtectionConfig")]
pub struct OnSourceDdosProtectionConfig {
    /// When they act.
    #[serde(rename = "ALBLowReputationMode")]
    pub alb_low_reputation_mode: LowReputationMode,
}

/// When load balancers act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LowReputationMode {
    /// Under attack.
    ActiveUnderDdos,
    /// Always.
    AlwaysOn,
}

/// What an application is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApplicationConfig {
    /// By attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=10)]
    pub attributes: Option<Vec<ApplicationAttribute>>,
}

/// Something that is true of an application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApplicationAttribute {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w\-]+$")]
    pub name: Option<String>,
    /// One or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=50, each(length = 1..=64))]
    pub values: Option<Vec<String>>,
}
