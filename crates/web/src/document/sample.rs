//! Requests that were sampled.

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use super::label::Label;

/// A request that was sampled.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "SampledHTTPRequest")]
pub struct SampledHttpRequest {
    /// The request.
    pub request: HttpRequest,
    /// For how many requests it stands.
    #[shape(range = 0..)]
    pub weight: i64,
    /// When it came.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub timestamp: Option<Timestamp>,
    /// What was done with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The rule that matched, if it stands in a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub rule_name_within_rule_group: Option<String>,
    /// Headers that were added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_headers_inserted: Option<Vec<HttpHeader>>,
    /// The status of a custom response.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 200..=599)]
    pub response_code_sent: Option<i32>,
    /// What rules put on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<Label>>,
    /// How a puzzle went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captcha_response: Option<CaptchaResponse>,
    /// How a challenge went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_response: Option<ChallengeResponse>,
    /// What the rule would have done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overridden_action: Option<String>,
}

/// A request as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "HTTPRequest")]
pub struct HttpRequest {
    /// Of the client.
    #[serde(rename = "ClientIP", skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
    /// Two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Path and query.
    #[serde(rename = "URI", skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The version.
    #[serde(rename = "HTTPVersion", skip_serializing_if = "Option::is_none")]
    pub http_version: Option<String>,
    /// In their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<Vec<HttpHeader>>,
}

/// A header as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "HTTPHeader")]
pub struct HttpHeader {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// How a puzzle went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CaptchaResponse {
    /// The status that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_code: Option<i32>,
    /// When the token was given, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solve_timestamp: Option<i64>,
    /// What was wrong with the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<FailureReason>,
}

/// How a challenge went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChallengeResponse {
    /// The status that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_code: Option<i32>,
    /// When the token was given, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solve_timestamp: Option<i64>,
    /// What was wrong with the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<FailureReason>,
}

/// What was wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureReason {
    /// There was none.
    TokenMissing,
    /// It is too old.
    TokenExpired,
    /// It is none of ours.
    TokenInvalid,
    /// It is for another domain.
    TokenDomainMismatch,
}

/// From when to when.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TimeWindow {
    /// The start.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub start_time: Timestamp,
    /// The end.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub end_time: Timestamp,
}
