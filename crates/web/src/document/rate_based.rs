//! Too many requests.

use bartizan_wire::Shape;
use serde::Serialize;

use super::forwarded_ip::ForwardedIpConfig;
use super::rate_limit_key::RateBasedStatementCustomKey;
use super::statement::Statement;

/// Matches requests of whoever sends too many.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateBasedStatement {
    /// Requests in the window above which it matches.
    #[shape(range = 10..=2000000000)]
    pub limit: i64,
    /// 60, 120, 300 or 600; 300 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluation_window_sec: Option<i64>,
    /// Which requests are counted together.
    pub aggregate_key_type: RateBasedStatementAggregateKeyType,
    /// Only requests that match this are looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope_down_statement: Option<Box<Statement>>,
    /// Look at a header instead of the client's own address.
    #[serde(rename = "ForwardedIPConfig", skip_serializing_if = "Option::is_none")]
    pub forwarded_ip_config: Option<ForwardedIpConfig>,
    /// With `CUSTOM_KEYS`: requests that agree in all of these are counted together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=5)]
    pub custom_keys: Option<Vec<RateBasedStatementCustomKey>>,
}

/// Which requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RateBasedStatementAggregateKeyType {
    /// Those of one client address.
    Ip,
    /// Those of one forwarded address.
    ForwardedIp,
    /// Those that agree in custom keys.
    CustomKeys,
    /// All.
    Constant,
}
