//! The order of versions, for every manager of packages: dpkg's is the host room's, SemVer's is the crate of that name.

mod apk;
mod gem;
mod maven;
mod pep440;
mod rpm;

use std::cmp::Ordering;

use bartizan_host::deb;

use crate::package::Manager;

/// A text that is no version of its manager's, so that nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{version}` is no version of {}", .manager.word())]
pub struct VersionError {
    /// Whose.
    pub manager: Manager,
    /// Which text.
    pub version: String,
}

/// Compares two versions as the manager does.
///
/// # Errors
/// One of them is no version.
pub fn compare(manager: Manager, left: &str, right: &str) -> Result<Ordering, VersionError> {
    let wrong = |version: &str| VersionError { manager, version: crate::package::shortened(version, 100) };
    macro_rules! by {
        ($parse:expr) => {{
            let (left, right) = ($parse(left).ok_or_else(|| wrong(left))?, $parse(right).ok_or_else(|| wrong(right))?);
            Ok(left.cmp(&right))
        }};
    }
    match manager {
        Manager::Deb => by!(|text| deb::Version::parse(text).ok()),
        Manager::Apk => by!(apk::Version::parse),
        Manager::Rpm => by!(rpm::Version::parse),
        Manager::Npm | Manager::Cargo | Manager::Go => {
            let parsed = |text| semver(text).ok_or_else(|| wrong(text));
            Ok(parsed(left)?.cmp_precedence(&parsed(right)?))
        }
        Manager::PyPi => by!(pep440::Version::parse),
        Manager::Maven => by!(maven::Version::parse),
        Manager::Gem => by!(gem::Version::parse),
    }
}

/// As SemVer 2.0, with what real versions have beside it: a `v` or `go` before, fewer than three numbers, and Go's release
/// candidates such as `1.21rc2`.
fn semver(text: &str) -> Option<semver::Version> {
    let text = text.strip_prefix("go").or_else(|| text.strip_prefix('v')).unwrap_or(text);
    if let Ok(version) = semver::Version::parse(text) {
        return Some(version);
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (numbers, rest) = text.split_at_checked(end)?;
    let numbers = match numbers.split('.').count() {
        1 => format!("{numbers}.0.0"),
        2 => format!("{numbers}.0"),
        _ => numbers.to_owned(),
    };
    let rest = match rest.chars().next() {
        None | Some('-' | '+') => rest.to_owned(),
        Some(_) => format!("-{rest}"),
    };
    semver::Version::parse(&format!("{numbers}{rest}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions in their order, one line a manager; `=` joins equal ones.
    const ORDERS: &[(Manager, &str)] = &[
        (Manager::Deb, "1.0~rc1 < 1.0 = 0:1.0-0 < 1.0-1 < 1.0-1+b1 < 1:0.1"),
        (
            Manager::Apk,
            "1.02 < 1.1 < 1.2_alpha < 1.2_rc1 < 1.2 < 1.2-r0 < 1.2-r1 < 1.2_p1 < 1.2a < 1.2b-r1 < 1.2.1 < 1.10 < 2",
        ),
        (Manager::Apk, "3.0.0 < 3.0.0_git20200101 < 3.0.0_p1"),
        (Manager::Apk, "1.0_alpha1 < 1.0_alpha2 < 1.0_beta < 1.0_pre < 1.0_rc < 1.0"),
        (Manager::Rpm, "1.0~rc1-1 < 1.0-1 < 1.0^git1-1 < 1.0a-1 < 1.0.1-1 < 1.1-1 < 1.1-2 < 1.1-10 < 1:0.1-1"),
        (Manager::Npm, "1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-beta < 1.0.0 = 1.0.0+b < 1.0.1 < 1.10.0"),
        (
            Manager::Go,
            "v0.0.0-20200101000000-abcdef < v0.0.1 < v1.2.3 = 1.2.3 < v1.2.4-pre < 1.21rc2 < go1.21 < go1.21.1",
        ),
        (
            Manager::PyPi,
            "1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0b2 < 1.0rc1 < 1.0 = 1 = 1.0.0 < 1.0+local < 1.0.post1 < 1.1 < 1!0.1",
        ),
        (
            Manager::Maven,
            "1-alpha-1 < 1-beta < 1-beta-1 = 1-b1 < 1-milestone < 1-rc = 1-cr < 1-snapshot < 1 = 1.0 = 1-ga = 1.final < 1-sp < 1-x < 1.1 < 1.10 < 2",
        ),
        (Manager::Gem, "1.0.a < 1.0.b1 < 1.0.rc2 < 1.0 = 1 = 1.0.0 < 1.0.1 < 1.9 < 1.10"),
    ];

    #[test]
    fn versions_are_in_order() {
        for (manager, line) in ORDERS {
            let groups: Vec<Vec<&str>> = line.split(" < ").map(|group| group.split(" = ").collect()).collect();
            for (at, group) in groups.iter().enumerate() {
                for (other_at, other) in groups.iter().enumerate() {
                    for (left, right) in group.iter().flat_map(|left| other.iter().map(move |right| (left, right))) {
                        let found = compare(*manager, left, right);
                        assert_eq!(found, Ok(at.cmp(&other_at)), "{manager:?} {left} {right}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_version_is_said_to_be_none() {
        for (manager, text) in [
            (Manager::Deb, ""),
            (Manager::Apk, "a.b"),
            (Manager::Rpm, ""),
            (Manager::Npm, "latest"),
            (Manager::Go, "(devel)"),
            (Manager::PyPi, "french toast"),
            (Manager::Maven, ""),
            (Manager::Gem, "1..2"),
        ] {
            assert!(compare(manager, text, "1.0.0").is_err(), "{manager:?}");
        }
    }
}
