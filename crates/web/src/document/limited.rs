//! Addresses that are limited.

use bartizan_wire::Shape;
use serde::Serialize;

use super::ip_set::IpAddressVersion;

/// Addresses that are limited now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RateBasedStatementManagedKeysIPSet")]
pub struct RateBasedStatementManagedKeysIpSet {
    /// Their family.
    #[serde(rename = "IPAddressVersion", skip_serializing_if = "Option::is_none")]
    pub ip_address_version: Option<IpAddressVersion>,
    /// In CIDR notation, those with the highest rates first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(each(length = 1..=50, pattern = r".*\S.*"))]
    pub addresses: Option<Vec<String>>,
}
