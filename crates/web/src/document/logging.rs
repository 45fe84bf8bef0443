//! Logs of a web ACL.

use bartizan_wire::Shape;
use serde::Serialize;

use super::field_to_match::FieldToMatch;
use super::logging_filter::LoggingFilter;

/// Where logs of a web ACL go, and what is in them.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoggingConfiguration {
    /// The web ACL's.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
    /// One, whose name starts with `aws-waf-logs-`.
    #[shape(length = 1..=100, each(length = 20..=2048, pattern = r".*\S.*"))]
    pub log_destination_configs: Vec<String>,
    /// What is not shown: paths, query strings, methods, single headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=100)]
    pub redacted_fields: Option<Vec<FieldToMatch>>,
    /// Never here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by_firewall_manager: Option<bool>,
    /// Which requests are logged; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging_filter: Option<LoggingFilter>,
    /// Of the only type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_type: Option<LogType>,
    /// Whose it is; `CUSTOMER` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_scope: Option<LogScope>,
}

/// What is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogType {
    /// Requests.
    WafLogs,
}

/// Whose logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogScope {
    /// The customer's.
    Customer,
    /// Security Lake's.
    SecurityLake,
    /// CloudWatch's.
    CloudwatchTelemetryRuleManaged,
}
