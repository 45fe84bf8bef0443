//! Sets of addresses.

use bartizan_wire::Shape;
use serde::Serialize;

/// Addresses of one family.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "IPSet")]
pub struct IpSet {
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
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// The family; never changes.
    #[serde(rename = "IPAddressVersion")]
    pub ip_address_version: IpAddressVersion,
    /// In CIDR notation, as they were given.
    #[shape(each(length = 1..=50, pattern = r".*\S.*"))]
    pub addresses: Vec<String>,
}

/// An IP set in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "IPSetSummary")]
pub struct IpSetSummary {
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

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[shape(name = "IPAddressVersion")]
pub enum IpAddressVersion {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}
