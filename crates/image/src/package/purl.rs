//! Package URLs (purl-spec), by which outputs name packages across tools.

use std::fmt::Write as _;

use super::{Manager, Package};
use crate::inventory::Release;

/// The package's URL. `release` is the system's, which purls of its packages name.
#[must_use]
pub fn purl(package: &Package, release: Option<&Release>) -> String {
    let id = release.map_or("", |release| release.id.as_str());
    let (kind, namespace, name) = match package.manager {
        Manager::Deb => ("deb", or(id, "debian"), package.name.as_str()),
        Manager::Apk => ("apk", or(id, "alpine"), package.name.as_str()),
        Manager::Rpm => ("rpm", or(rpm_vendor(id), "unknown"), package.name.as_str()),
        Manager::Npm => {
            let (scope, name) = package.name.rsplit_once('/').unwrap_or(("", &package.name));
            ("npm", scope, name)
        }
        Manager::PyPi => ("pypi", "", package.name.as_str()),
        Manager::Cargo => ("cargo", "", package.name.as_str()),
        Manager::Go => {
            let (path, name) = package.name.rsplit_once('/').unwrap_or(("", &package.name));
            ("golang", path, name)
        }
        Manager::Maven => {
            let (group, artifact) = package.name.split_once(':').unwrap_or(("", &package.name));
            ("maven", group, artifact)
        }
        Manager::Gem => ("gem", "", package.name.as_str()),
    };
    let mut out = format!("pkg:{kind}/");
    if !namespace.is_empty() {
        // The slashes of a namespace stay.
        for (at, part) in namespace.split('/').filter(|part| !part.is_empty()).enumerate() {
            if at > 0 {
                out.push('/');
            }
            encode(part, &mut out);
        }
        out.push('/');
    }
    encode(name, &mut out);
    let (version, epoch) = split_epoch(package);
    if !version.is_empty() {
        out.push('@');
        encode(version, &mut out);
    }
    let mut qualifiers: Vec<(&str, String)> = Vec::new();
    if package.manager.of_system() {
        if !package.architecture.is_empty() {
            qualifiers.push(("arch", package.architecture.clone()));
        }
        if let Some(release) = release.filter(|release| !release.id.is_empty()) {
            let distro = if release.version.is_empty() {
                release.id.clone()
            } else {
                format!("{}-{}", release.id, release.version)
            };
            qualifiers.push(("distro", distro));
        }
        if !epoch.is_empty() {
            qualifiers.push(("epoch", epoch.to_owned()));
        }
        if !package.source.is_empty() && package.source != package.name {
            qualifiers.push(("upstream", package.source.clone()));
        }
    }
    for (at, (key, value)) in qualifiers.iter().enumerate() {
        let _ = write!(out, "{}{key}=", if at == 0 { '?' } else { '&' });
        encode(value, &mut out);
    }
    out
}

/// A purl of rpm has the epoch as a qualifier; all others keep it in the version.
fn split_epoch(package: &Package) -> (&str, &str) {
    match package.version.split_once(':') {
        Some((epoch, version)) if package.manager == Manager::Rpm => (version, epoch),
        _ => (&package.version, ""),
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

fn rpm_vendor(id: &str) -> &str {
    match id {
        "rhel" => "redhat",
        "ol" => "oracle",
        "amzn" => "amazon",
        "sles" | "sled" | "sle-bci" => "suse",
        "opensuse-leap" | "opensuse-tumbleweed" => "opensuse",
        other => other,
    }
}

/// Everything but the unreserved characters of RFC 3986 and the colon is percent-encoded.
fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manager_has_its_form() {
        let debian = Release { id: "debian".into(), version: "12".into(), ..Release::default() };
        let fedora = Release { id: "fedora".into(), version: "39".into(), ..Release::default() };
        let mut deb = Package::new(Manager::Deb, "libstdc++6", "1:12.2.0-14+deb12u1");
        deb.architecture = "amd64".into();
        deb.source = "gcc-12".into();
        let expected =
            "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=gcc-12";
        assert_eq!(purl(&deb, Some(&debian)), expected);
        let rpm = Package::new(Manager::Rpm, "curl", "1:7.50.3-1.fc25");
        assert_eq!(purl(&rpm, Some(&fedora)), "pkg:rpm/fedora/curl@7.50.3-1.fc25?distro=fedora-39&epoch=1");
        for (manager, name, version, expected) in [
            (Manager::Npm, "@angular/animation", "12.3.1", "pkg:npm/%40angular/animation@12.3.1"),
            (Manager::PyPi, "django", "1.11", "pkg:pypi/django@1.11"),
            (Manager::Go, "github.com/gorilla/mux", "v1.8.0", "pkg:golang/github.com/gorilla/mux@v1.8.0"),
            (Manager::Maven, "org.slf4j:slf4j-api", "2.0", "pkg:maven/org.slf4j/slf4j-api@2.0"),
            (Manager::Cargo, "rand", "0.7.2", "pkg:cargo/rand@0.7.2"),
            (Manager::Gem, "rails", "7.0", "pkg:gem/rails@7.0"),
        ] {
            assert_eq!(purl(&Package::new(manager, name, version), None), expected);
        }
    }
}
