//! Countries.

use bartizan_wire::Shape;
use serde::Serialize;

use super::country_code::CountryCode;
use super::forwarded_ip::ForwardedIpConfig;

/// Compares the country of an address, and labels the request with country and region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GeoMatchStatement {
    /// ISO 3166 codes, one of which must be it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..)]
    pub country_codes: Option<Vec<CountryCode>>,
    /// Look at a header instead of the client's own address.
    #[serde(rename = "ForwardedIPConfig", skip_serializing_if = "Option::is_none")]
    pub forwarded_ip_config: Option<ForwardedIpConfig>,
}
