//! Operating systems, as Patch Manager names them, and the families whose rules they share.

use bartizan_wire::Shape;
use serde::{Deserialize, Serialize};

/// What a baseline is for. It is chosen at creation and never changes [SSM API reference, `OperatingSystem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Shape, Serialize, Deserialize)]
pub enum OperatingSystem {
    /// Evaluated in the service, not on the node. What a request means that names none.
    #[default]
    #[serde(rename = "WINDOWS")]
    Windows,
    /// Amazon Linux 2018.03 and earlier.
    #[serde(rename = "AMAZON_LINUX")]
    AmazonLinux,
    /// Amazon Linux 2.
    #[serde(rename = "AMAZON_LINUX_2")]
    AmazonLinux2,
    /// The preview of Amazon Linux 2023.
    #[serde(rename = "AMAZON_LINUX_2022")]
    AmazonLinux2022,
    /// Ubuntu Server.
    #[serde(rename = "UBUNTU")]
    Ubuntu,
    /// Red Hat Enterprise Linux.
    #[serde(rename = "REDHAT_ENTERPRISE_LINUX")]
    RedHatEnterpriseLinux,
    /// SUSE Linux Enterprise Server.
    #[serde(rename = "SUSE")]
    Suse,
    /// CentOS and CentOS Stream.
    #[serde(rename = "CENTOS")]
    CentOs,
    /// Oracle Linux.
    #[serde(rename = "ORACLE_LINUX")]
    OracleLinux,
    /// Debian Server.
    #[serde(rename = "DEBIAN")]
    Debian,
    /// macOS.
    #[serde(rename = "MACOS")]
    MacOs,
    /// Raspberry Pi OS, formerly Raspbian.
    #[serde(rename = "RASPBIAN")]
    Raspbian,
    /// Rocky Linux.
    #[serde(rename = "ROCKY_LINUX")]
    RockyLinux,
    /// AlmaLinux.
    #[serde(rename = "ALMA_LINUX")]
    AlmaLinux,
    /// Amazon Linux 2023.
    #[serde(rename = "AMAZON_LINUX_2023")]
    AmazonLinux2023,
}

/// Systems that share a package manager and therefore filter keys, list grammar and rules of evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// dpkg and apt: release dates are ignored.
    Apt,
    /// rpm with yum or dnf.
    Rpm,
    /// rpm with zypper: patches, not packages, carry severity.
    Suse,
    /// softwareupdate, installer and Homebrew.
    MacOs,
    /// Microsoft Update.
    Windows,
}

impl OperatingSystem {
    /// All of them, in the order of the vendor's model.
    pub const ALL: [Self; 15] = [
        Self::Windows,
        Self::AmazonLinux,
        Self::AmazonLinux2,
        Self::AmazonLinux2022,
        Self::Ubuntu,
        Self::RedHatEnterpriseLinux,
        Self::Suse,
        Self::CentOs,
        Self::OracleLinux,
        Self::Debian,
        Self::MacOs,
        Self::Raspbian,
        Self::RockyLinux,
        Self::AlmaLinux,
        Self::AmazonLinux2023,
    ];

    /// Whose rules it follows.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::Windows => Family::Windows,
            Self::MacOs => Family::MacOs,
            Self::Ubuntu | Self::Debian | Self::Raspbian => Family::Apt,
            Self::Suse => Family::Suse,
            Self::AmazonLinux
            | Self::AmazonLinux2
            | Self::AmazonLinux2022
            | Self::RedHatEnterpriseLinux
            | Self::CentOs
            | Self::OracleLinux
            | Self::RockyLinux
            | Self::AlmaLinux
            | Self::AmazonLinux2023 => Family::Rpm,
        }
    }
}

impl std::fmt::Display for OperatingSystem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_wire())
    }
}
