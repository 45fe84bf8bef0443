//! Addresses in a set.

use bartizan_wire::Shape;
use serde::Serialize;

use super::forwarded_ip::IpSetForwardedIpConfig;

/// Looks an address up in a set.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "IPSetReferenceStatement")]
pub struct IpSetReferenceStatement {
    /// The set's.
    #[serde(rename = "ARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: String,
    /// Look at a header instead of the client's own address.
    #[serde(rename = "IPSetForwardedIPConfig", skip_serializing_if = "Option::is_none")]
    pub ip_set_forwarded_ip_config: Option<IpSetForwardedIpConfig>,
}
