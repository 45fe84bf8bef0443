//! The names under which feeds keep advisories, and which of them speak for a package.

use crate::inventory::Release;
use crate::package::Manager;

/// Debian's releases by name, because its tracker names them and images give their number.
const DEBIAN: &[(&str, &str)] = &[
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("sid", "sid"),
];

/// Debian's release by its name, as a number where there is one.
pub(super) fn debian(codename: &str) -> String {
    let number = DEBIAN.iter().find(|(name, _)| *name == codename).map_or(codename, |(_, number)| *number);
    format!("Debian:{number}")
}

/// An ecosystem of OSV as it is kept here; `None` for one that is not judged.
pub(super) fn normal(osv: &str) -> Option<String> {
    let (name, rest) = osv.split_once(':').unwrap_or((osv, ""));
    let first = |text: &str| text.split([':', '.']).next().unwrap_or_default().to_owned();
    let kept = match name {
        "Debian" if rest.is_empty() => return None,
        "Debian" => format!("Debian:{rest}"),
        // Fixes for subscribers only do not reach an image of the ordinary archive.
        "Ubuntu" if rest.starts_with("Pro") || rest.is_empty() => return None,
        "Ubuntu" => format!("Ubuntu:{}", rest.trim_end_matches(":LTS")),
        "Alpine" if rest.starts_with('v') => osv.to_owned(),
        "Rocky Linux" | "AlmaLinux" if !rest.is_empty() => format!("{name}:{}", first(rest)),
        "Red Hat" => format!("Red Hat:{}", first(rest.strip_prefix("enterprise_linux:")?)),
        "openSUSE" | "SUSE" | "Azure Linux" | "Mageia" | "openEuler" if !rest.is_empty() => osv.to_owned(),
        "Wolfi" | "Chainguard" | "npm" | "PyPI" | "crates.io" | "Go" | "Maven" | "RubyGems" => name.to_owned(),
        _ => return None,
    };
    Some(kept)
}

/// Who manages the packages of an ecosystem.
#[must_use]
pub fn manager_of(ecosystem: &str) -> Option<Manager> {
    Some(match ecosystem.split(':').next().unwrap_or_default() {
        "Debian" | "Ubuntu" => Manager::Deb,
        "Alpine" | "Wolfi" | "Chainguard" => Manager::Apk,
        "Rocky Linux" | "AlmaLinux" | "Red Hat" | "openSUSE" | "SUSE" | "Azure Linux" | "Mageia" | "openEuler" => {
            Manager::Rpm
        }
        "npm" => Manager::Npm,
        "PyPI" => Manager::PyPi,
        "crates.io" => Manager::Cargo,
        "Go" => Manager::Go,
        "Maven" => Manager::Maven,
        "RubyGems" => Manager::Gem,
        _ => return None,
    })
}

/// The ecosystems that speak for packages of a manager on a system; none if the system is not known.
#[must_use]
pub fn ecosystems(manager: Manager, release: Option<&Release>) -> Vec<String> {
    let one = |name: &str| vec![name.to_owned()];
    match manager {
        Manager::Npm => one("npm"),
        Manager::PyPi => one("PyPI"),
        Manager::Cargo => one("crates.io"),
        Manager::Go => one("Go"),
        Manager::Maven => one("Maven"),
        Manager::Gem => one("RubyGems"),
        Manager::Deb | Manager::Apk | Manager::Rpm => release.map_or_else(Vec::new, of_system),
    }
}

fn of_system(release: &Release) -> Vec<String> {
    let version = release.version.as_str();
    let major = version.split('.').next().unwrap_or_default();
    let two = || version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    match (release.id.as_str(), version.is_empty()) {
        ("debian", true) if release.codename.is_empty() => vec!["Debian:sid".to_owned()],
        ("debian", true) => vec![debian(&release.codename)],
        ("debian", false) => vec![format!("Debian:{major}")],
        ("ubuntu", false) => vec![format!("Ubuntu:{version}")],
        ("alpine", false) => vec![format!("Alpine:v{}", two())],
        ("wolfi", _) => vec!["Wolfi".to_owned()],
        ("chainguard", _) => vec!["Chainguard".to_owned(), "Wolfi".to_owned()],
        ("rocky", false) => vec![format!("Rocky Linux:{major}")],
        ("almalinux", false) => vec![format!("AlmaLinux:{major}")],
        ("rhel", false) => vec![format!("Red Hat:{major}")],
        ("opensuse-leap", false) => vec![format!("openSUSE:Leap {version}")],
        ("sles", false) => {
            let (major, pack) = version.split_once('.').unwrap_or((version, ""));
            let pack = if pack.is_empty() { String::new() } else { format!(" SP{pack}") };
            vec![format!("SUSE:Linux Enterprise Server {major}{pack}")]
        }
        ("azurelinux" | "mariner", false) => vec![format!("Azure Linux:{major}")],
        ("mageia", false) => vec![format!("Mageia:{major}")],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_and_images_meet() {
        for (osv, id, version) in [
            ("Debian:12", "debian", "12"),
            ("Ubuntu:22.04:LTS", "ubuntu", "22.04"),
            ("Ubuntu:23.10", "ubuntu", "23.10"),
            ("Alpine:v3.11", "alpine", "3.11.5"),
            ("Rocky Linux:9", "rocky", "9.3"),
            ("AlmaLinux:8", "almalinux", "8.9"),
            ("Red Hat:enterprise_linux:9::baseos", "rhel", "9.2"),
            ("openSUSE:Leap 15.5", "opensuse-leap", "15.5"),
            ("SUSE:Linux Enterprise Server 15 SP5", "sles", "15.5"),
            ("Wolfi", "wolfi", "20230201"),
        ] {
            let release = Release { id: id.into(), version: version.into(), ..Release::default() };
            let kept = normal(osv).unwrap();
            let manager = manager_of(&kept).unwrap();
            assert!(ecosystems(manager, Some(&release)).contains(&kept), "{osv}");
        }
        assert_eq!(normal("Ubuntu:Pro:22.04:LTS"), None);
        assert_eq!(normal("Hackage"), None);
        assert_eq!(ecosystems(Manager::Deb, None), Vec::<String>::new());
        let sid = Release { id: "debian".into(), codename: "trixie".into(), ..Release::default() };
        assert_eq!(ecosystems(Manager::Deb, Some(&sid)), ["Debian:13"]);
    }
}
