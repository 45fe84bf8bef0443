//! Autonomous systems.

use bartizan_wire::Shape;
use serde::Serialize;

use super::forwarded_ip::ForwardedIpConfig;

/// Compares the autonomous system of an address.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AsnMatchStatement {
    /// One of these; 0 stands for addresses of none.
    #[shape(length = 1..=100, each(range = 0..=4294967295))]
    pub asn_list: Vec<i64>,
    /// Look at a header instead of the client's own address.
    #[serde(rename = "ForwardedIPConfig", skip_serializing_if = "Option::is_none")]
    pub forwarded_ip_config: Option<ForwardedIpConfig>,
}
