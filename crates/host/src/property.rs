//! Properties: the values that `DescribePatchProperties` lists, which are the values that filters accept.
//!
//! Lists marked "by pattern" continue the vendor's published ones to the releases that are supported today; the vendor
//! publishes no complete list. Operators add what is missing with [`add`].

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bartizan_wire::Shape;
use serde::{Deserialize, Serialize};

use crate::system::{Family, OperatingSystem};

/// What can be listed [SSM API reference, `PatchProperty`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize, Deserialize)]
pub enum Property {
    /// Releases of the system, or applications.
    #[serde(rename = "PRODUCT")]
    Product,
    /// Windows only.
    #[serde(rename = "PRODUCT_FAMILY")]
    ProductFamily,
    /// Kind of update.
    #[serde(rename = "CLASSIFICATION")]
    Classification,
    /// Windows only.
    #[serde(rename = "MSRC_SEVERITY")]
    MsrcSeverity,
    /// apt only.
    #[serde(rename = "PRIORITY")]
    Priority,
    /// rpm only.
    #[serde(rename = "SEVERITY")]
    Severity,
}

/// Whether Windows products are the system or applications [SSM API reference, `PatchSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize, Deserialize)]
pub enum PatchSet {
    /// The operating system.
    #[serde(rename = "OS")]
    Os,
    /// Applications released by Microsoft.
    #[serde(rename = "APPLICATION")]
    Application,
}

/// Values that the operator adds to our lists, by system and property.
pub type Additions = BTreeMap<(OperatingSystem, Property), Vec<String>>;

static ADDITIONS: OnceLock<Additions> = OnceLock::new();

/// Takes the operator's additions, once, at start. False if they were taken before; then nothing changes.
pub fn add(additions: Additions) -> bool {
    ADDITIONS.set(additions).is_ok()
}

/// A Windows product: its name, family and set.
struct WindowsProduct(&'static str, &'static str, PatchSet);

const WINDOWS_PRODUCTS: &[WindowsProduct] = &[
    WindowsProduct("Windows7", "Windows", PatchSet::Os),
    WindowsProduct("Windows8", "Windows", PatchSet::Os),
    WindowsProduct("Windows8.1", "Windows", PatchSet::Os),
    WindowsProduct("Windows8Embedded", "Windows", PatchSet::Os),
    WindowsProduct("Windows10", "Windows", PatchSet::Os),
    WindowsProduct("Windows10LTSB", "Windows", PatchSet::Os),
    WindowsProduct("Windows11", "Windows", PatchSet::Os),
    WindowsProduct("WindowsServer2008", "Windows", PatchSet::Os),
    WindowsProduct("WindowsServer2008R2", "Windows", PatchSet::Os),
    WindowsProduct("WindowsServer2012", "Windows", PatchSet::Os),
    WindowsProduct("WindowsServer2012R2", "Windows", PatchSet::Os),
    WindowsProduct("WindowsServer2016", "Windows", PatchSet::Os),
    WindowsProduct("WindowsServer2019", "Windows", PatchSet::Os),
    WindowsProduct("WindowsServer2022", "Windows", PatchSet::Os),
    WindowsProduct("WindowsServer2025", "Windows", PatchSet::Os),
    WindowsProduct("MicrosoftDefenderAntivirus", "Windows", PatchSet::Os),
    WindowsProduct("Active Directory Rights Management Services Client 2.0", "Active Directory", PatchSet::Application),
    WindowsProduct("Office 2010", "Office", PatchSet::Application),
    WindowsProduct("Office 2013", "Office", PatchSet::Application),
    WindowsProduct("Office 2016", "Office", PatchSet::Application),
    WindowsProduct("Office 2019", "Office", PatchSet::Application),
    WindowsProduct("Microsoft SQL Server 2012", "SQL Server", PatchSet::Application),
    WindowsProduct("Microsoft SQL Server 2014", "SQL Server", PatchSet::Application),
    WindowsProduct("Microsoft SQL Server 2016", "SQL Server", PatchSet::Application),
    WindowsProduct("Microsoft SQL Server 2017", "SQL Server", PatchSet::Application),
    WindowsProduct("Microsoft SQL Server 2019", "SQL Server", PatchSet::Application),
];

/// Major release and its last minor one: `(7, 9)` stands for 7.0 to 7.9.
type Releases = &'static [(u16, u16, u16)];

const REDHAT: Releases = &[(6, 5, 10), (7, 0, 9), (8, 0, 10), (9, 0, 8), (10, 0, 2)];
const CENTOS: Releases = &[(6, 5, 10), (7, 0, 9), (8, 0, 5)];
const ORACLE: Releases = &[(7, 5, 9), (8, 0, 10), (9, 0, 7)];
const ROCKY: Releases = &[(8, 4, 10), (9, 0, 7)];
const ALMA: Releases = &[(8, 3, 10), (9, 0, 7)];
const SUSE: Releases = &[(12, 0, 9), (15, 0, 7)];

/// Every value of a property, in the order in which the vendor lists it; empty where the property does not exist.
#[must_use]
pub fn values(system: OperatingSystem, property: Property) -> Vec<String> {
    let mut values = known(system, property);
    let added = ADDITIONS.get().and_then(|additions| additions.get(&(system, property)));
    values.extend(added.into_iter().flatten().cloned());
    values
}

/// True for a property that the system has, whether or not values of it are known.
#[must_use]
pub fn exists(system: OperatingSystem, property: Property) -> bool {
    !known(system, property).is_empty()
}

fn known(system: OperatingSystem, property: Property) -> Vec<String> {
    match property {
        Property::Product => products(system),
        Property::ProductFamily => match system.family() {
            Family::Windows => {
                let mut families: Vec<String> = WINDOWS_PRODUCTS.iter().map(|product| product.1.to_owned()).collect();
                families.sort();
                families.dedup();
                families
            }
            Family::Apt | Family::Rpm | Family::Suse | Family::MacOs => Vec::new(),
        },
        Property::Classification => owned(match system.family() {
            Family::Rpm => &["Security", "Bugfix", "Enhancement", "Recommended", "Newpackage"],
            Family::Suse => &["Security", "Recommended", "Optional", "Feature", "Document", "Yast"],
            Family::MacOs => &["Security"],
            Family::Windows => &[
                "CriticalUpdates",
                "DefinitionUpdates",
                "Drivers",
                "FeaturePacks",
                "SecurityUpdates",
                "ServicePacks",
                "Tools",
                "UpdateRollups",
                "Updates",
                "Upgrades",
            ],
            Family::Apt => &[],
        }),
        Property::MsrcSeverity => owned(match system.family() {
            Family::Windows => &["Critical", "Important", "Moderate", "Low", "Unspecified"],
            Family::Apt | Family::Rpm | Family::Suse | Family::MacOs => &[],
        }),
        Property::Priority => owned(match system.family() {
            Family::Apt => &["Required", "Important", "Standard", "Optional", "Extra"],
            Family::Rpm | Family::Suse | Family::MacOs | Family::Windows => &[],
        }),
        Property::Severity => owned(match (system.family(), system) {
            (Family::Suse, _) => &["Critical", "Important", "Moderate", "Low"],
            // Oracle publishes Moderate where the others say Medium.
            (Family::Rpm, OperatingSystem::OracleLinux) => &["Critical", "Important", "Moderate", "Low"],
            (Family::Rpm, OperatingSystem::AmazonLinux2022 | OperatingSystem::AmazonLinux2023) => {
                &["Critical", "Important", "Medium", "Low", "None"]
            }
            (Family::Rpm, _) => &["Critical", "Important", "Medium", "Low"],
            (Family::Apt | Family::MacOs | Family::Windows, _) => &[],
        }),
    }
}

/// The family that a Windows product is listed under, and its set.
#[must_use]
pub fn windows_product(name: &str) -> Option<(&'static str, PatchSet)> {
    WINDOWS_PRODUCTS.iter().find(|product| product.0 == name).map(|product| (product.1, product.2))
}

fn products(system: OperatingSystem) -> Vec<String> {
    let prefix = crate::product::prefix(system);
    let named = |versions: &[&str]| versions.iter().map(|version| format!("{prefix}{version}")).collect();
    let numbered = |releases: Releases| {
        let mut names = Vec::new();
        for (major, first, last) in releases {
            for minor in *first..=*last {
                names.push(format!("{prefix}{major}.{minor}"));
            }
        }
        names
    };
    match system {
        OperatingSystem::Windows => WINDOWS_PRODUCTS.iter().map(|product| product.0.to_owned()).collect(),
        OperatingSystem::AmazonLinux => named(&[
            "2012.03", "2012.09", "2013.03", "2013.09", "2014.03", "2014.09", "2015.03", "2015.09", "2016.03",
            "2016.09", "2017.03", "2017.09", "2018.03",
        ]),
        OperatingSystem::AmazonLinux2 => named(&["2", "2.0"]),
        OperatingSystem::AmazonLinux2022 => named(&["2022"]),
        OperatingSystem::AmazonLinux2023 => named(&["2023"]),
        OperatingSystem::Ubuntu => named(&[
            "14.04", "16.04", "18.04", "20.04", "20.10", "21.04", "21.10", "22.04", "22.10", "23.04", "23.10", "24.04",
            "24.10", "25.04",
        ]),
        OperatingSystem::Debian => named(&["8", "9", "10", "11", "12", "13"]),
        OperatingSystem::Raspbian => named(&["9", "10", "11", "12"]),
        OperatingSystem::MacOs => {
            named(&["10.14", "10.15", "11", "11.0", "11.1", "11.2", "11.3", "12", "13", "14", "15"])
        }
        OperatingSystem::RedHatEnterpriseLinux => numbered(REDHAT),
        // CentOS Stream has no minor release: its VERSION_ID is the major one alone.
        OperatingSystem::CentOs => [numbered(CENTOS), named(&["8", "9", "10"])].concat(),
        OperatingSystem::OracleLinux => numbered(ORACLE),
        OperatingSystem::RockyLinux => numbered(ROCKY),
        OperatingSystem::AlmaLinux => numbered(ALMA),
        OperatingSystem::Suse => numbered(SUSE),
    }
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_amazon_linux_products_are_the_thirteen_of_a_live_answer() {
        let products = values(OperatingSystem::AmazonLinux, Property::Product);
        assert_eq!(products.len(), 13);
        assert_eq!(products.first().map(String::as_str), Some("AmazonLinux2012.03"));
        assert_eq!(products.last().map(String::as_str), Some("AmazonLinux2018.03"));
    }

    #[test]
    fn every_system_has_products_and_none_twice() {
        for system in OperatingSystem::ALL {
            let mut products = values(system, Property::Product);
            let count = products.len();
            products.sort();
            products.dedup();
            assert!(count > 0 && products.len() == count, "{system}");
        }
    }

    #[test]
    fn a_property_of_another_family_has_no_values() {
        assert_eq!(values(OperatingSystem::Debian, Property::Severity), Vec::<String>::new());
        assert_eq!(values(OperatingSystem::AmazonLinux2, Property::Priority), Vec::<String>::new());
        assert_eq!(values(OperatingSystem::Ubuntu, Property::MsrcSeverity), Vec::<String>::new());
    }
}
