//! Products: the names under which Patch Manager lists releases of operating systems, and how a node's own is derived.
//!
//! The vendor derives the name on the node and does not document how; ours is the prefix of the operating system
//! followed by `VERSION_ID` of os-release, which gives every product name that the vendor has published.

use crate::observe::Facts;
use crate::system::OperatingSystem;

/// What a host is in Patch Manager's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Which baselines are for it.
    pub operating_system: OperatingSystem,
    /// Such as `Debian12`, compared with the values of `PRODUCT` filters.
    pub name: String,
}

/// The system and product of a host, or `None` for one that Patch Manager has no name for.
#[must_use]
pub fn derive(facts: &Facts) -> Option<Product> {
    let operating_system = operating_system(&facts.os_id, &facts.os_version)?;
    let name = match operating_system {
        // The vendor lists the family by major release, which is all that VERSION_ID has: `2`, `2022`, `2023`.
        OperatingSystem::AmazonLinux2 => "AmazonLinux2".to_owned(),
        other => format!("{}{}", prefix(other), facts.os_version),
    };
    Some(Product { operating_system, name })
}

/// What precedes the version in a product's name.
#[must_use]
pub fn prefix(system: OperatingSystem) -> &'static str {
    match system {
        OperatingSystem::Windows => "WindowsServer",
        OperatingSystem::AmazonLinux
        | OperatingSystem::AmazonLinux2
        | OperatingSystem::AmazonLinux2022
        | OperatingSystem::AmazonLinux2023 => "AmazonLinux",
        OperatingSystem::Ubuntu => "Ubuntu",
        OperatingSystem::RedHatEnterpriseLinux => "RedhatEnterpriseLinux",
        OperatingSystem::Suse => "Suse",
        OperatingSystem::CentOs => "CentOS",
        OperatingSystem::OracleLinux => "OracleLinux",
        OperatingSystem::Debian => "Debian",
        OperatingSystem::MacOs => "MacOS",
        OperatingSystem::Raspbian => "Raspbian",
        OperatingSystem::RockyLinux => "RockyLinux",
        OperatingSystem::AlmaLinux => "AlmaLinux",
    }
}

fn operating_system(id: &str, version: &str) -> Option<OperatingSystem> {
    Some(match id {
        "debian" => OperatingSystem::Debian,
        "ubuntu" => OperatingSystem::Ubuntu,
        "raspbian" => OperatingSystem::Raspbian,
        "rhel" => OperatingSystem::RedHatEnterpriseLinux,
        "centos" => OperatingSystem::CentOs,
        "ol" => OperatingSystem::OracleLinux,
        "rocky" => OperatingSystem::RockyLinux,
        "almalinux" => OperatingSystem::AlmaLinux,
        "sles" | "sles_sap" => OperatingSystem::Suse,
        "amzn" => match version {
            "2" => OperatingSystem::AmazonLinux2,
            "2022" => OperatingSystem::AmazonLinux2022,
            "2023" => OperatingSystem::AmazonLinux2023,
            _ => OperatingSystem::AmazonLinux,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_named_as_the_vendor_names_them() {
        for (id, version, system, name) in [
            ("debian", "12", OperatingSystem::Debian, "Debian12"),
            ("ubuntu", "22.04", OperatingSystem::Ubuntu, "Ubuntu22.04"),
            ("amzn", "2", OperatingSystem::AmazonLinux2, "AmazonLinux2"),
            ("amzn", "2018.03", OperatingSystem::AmazonLinux, "AmazonLinux2018.03"),
            ("amzn", "2023", OperatingSystem::AmazonLinux2023, "AmazonLinux2023"),
            ("rhel", "9.4", OperatingSystem::RedHatEnterpriseLinux, "RedhatEnterpriseLinux9.4"),
            ("sles", "15.5", OperatingSystem::Suse, "Suse15.5"),
        ] {
            let facts = Facts { os_id: id.to_owned(), os_version: version.to_owned(), ..Facts::default() };
            let product = derive(&facts).unwrap();
            assert_eq!((product.operating_system, product.name.as_str()), (system, name));
            let listed = crate::property::values(system, crate::property::Property::Product);
            assert!(listed.iter().any(|value| value == name), "{name} is not a value that filters accept");
        }
        assert_eq!(derive(&Facts { os_id: "gentoo".to_owned(), ..Facts::default() }), None);
    }
}
