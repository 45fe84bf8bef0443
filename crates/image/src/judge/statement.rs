//! One statement about one package.

use std::cmp::Ordering;

use crate::feed::{Decision, Range, Statement};
use crate::package::{Manager, Package};
use crate::version::{VersionError, compare};

/// What a statement comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This version has it.
    Affected {
        /// The first version after it that has not.
        fixed: Option<String>,
    },
    /// This version does not have it.
    NotAffected,
    /// No version of the package has it.
    Never,
    /// Nobody can tell.
    Unknown(Why),
}

/// Why nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) text: String,
    /// It is so for every advisory of the package.
    pub(super) is_about_package: bool,
}

pub(super) fn judge(package: &Package, version: &str, statement: &Statement) -> Verdict {
    let unknown = |text: &str| Verdict::Unknown(Why { text: text.to_owned(), is_about_package: false });
    match statement.decision {
        Decision::NotAffected => return Verdict::Never,
        Decision::Undetermined => return unknown("the advisory does not say which versions are affected"),
        Decision::None | Decision::Postponed | Decision::WillNotFix | Decision::Unimportant => {}
    }
    let manager = package.manager;
    if compare(manager, version, version).is_err() {
        let text = format!("`{version}` is no version that can be compared");
        return Verdict::Unknown(Why { text, is_about_package: true });
    }
    let listed = statement.versions.iter().any(|listed| listed == version || same(manager, listed, version));
    if statement.versions.is_empty() && statement.ranges.is_empty() {
        return unknown("the advisory does not say which versions are affected");
    }
    let mut hit = listed;
    let mut fixes: Vec<&str> = Vec::new();
    for range in &statement.ranges {
        if modular(package) != modular_version(&range.fixed) && !range.fixed.is_empty() && manager == Manager::Rpm {
            // A module has versions of its own, which are not comparable with those outside.
            continue;
        }
        match within(manager, version, range) {
            Ok(true) => {
                hit = true;
                if !range.fixed.is_empty() {
                    fixes.push(&range.fixed);
                }
            }
            Ok(false) => {
                let later = |fixed: &str| compare(manager, fixed, version).is_ok_and(Ordering::is_gt);
                if listed && !range.fixed.is_empty() && later(&range.fixed) {
                    fixes.push(&range.fixed);
                }
            }
            Err(error) => {
                return Verdict::Unknown(Why { text: error.to_string(), is_about_package: false });
            }
        }
    }
    if !hit {
        return Verdict::NotAffected;
    }
    fixes.sort_by(|left, right| compare(manager, left, right).unwrap_or(Ordering::Equal));
    Verdict::Affected { fixed: fixes.first().map(|fixed| (*fixed).to_owned()) }
}

fn same(manager: Manager, left: &str, right: &str) -> bool {
    matches!(compare(manager, left, right), Ok(Ordering::Equal))
}

fn within(manager: Manager, version: &str, range: &Range) -> Result<bool, VersionError> {
    let order = |bound: &str| compare(manager, version, bound);
    if !range.from.is_empty() && order(&range.from)?.is_lt() {
        return Ok(false);
    }
    if !range.fixed.is_empty() {
        return Ok(order(&range.fixed)?.is_lt());
    }
    if !range.last.is_empty() {
        return Ok(order(&range.last)?.is_le());
    }
    Ok(true)
}

fn modular(package: &Package) -> bool {
    !package.module.is_empty() || modular_version(&package.version)
}

fn modular_version(version: &str) -> bool {
    version.contains(".module")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, fixed: &str, last: &str) -> Range {
        Range { from: from.into(), fixed: fixed.into(), last: last.into() }
    }

    fn verdict(manager: Manager, version: &str, ranges: &[Range], versions: &[&str]) -> Verdict {
        let statement = Statement {
            ranges: ranges.to_vec(),
            versions: versions.iter().map(|version| (*version).to_owned()).collect(),
            ..Statement::default()
        };
        judge(&Package::new(manager, "p", version), version, &statement)
    }

    fn affected(fixed: Option<&str>) -> Verdict {
        Verdict::Affected { fixed: fixed.map(str::to_owned) }
    }

    #[test]
    fn ranges_hold_their_start_and_not_their_fix() {
        let ranges = [range("", "1.2.0", ""), range("2.0.0", "2.1.0", ""), range("3.0.0", "", "3.4.0")];
        for (version, expected) in [
            ("1.0.0", affected(Some("1.2.0"))),
            ("1.2.0", Verdict::NotAffected),
            ("2.0.0", affected(Some("2.1.0"))),
            ("3.4.0", affected(None)),
            ("3.4.1", Verdict::NotAffected),
        ] {
            assert_eq!(verdict(Manager::Npm, version, &ranges, &[]), expected, "{version}");
        }
    }

    #[test]
    fn listed_versions_are_affected() {
        assert_eq!(verdict(Manager::PyPi, "1.0", &[], &["1.0.0"]), affected(None));
        assert_eq!(verdict(Manager::PyPi, "1.0", &[range("0.1", "1.1", "")], &["1.0"]), affected(Some("1.1")));
        assert_eq!(verdict(Manager::PyPi, "2.0", &[], &["1.0"]), Verdict::NotAffected);
    }

    #[test]
    fn what_cannot_be_compared_is_not_dropped() {
        assert!(
            matches!(verdict(Manager::Npm, "latest", &[range("", "1.0.0", "")], &[]), Verdict::Unknown(why) if why.is_about_package)
        );
        assert!(
            matches!(verdict(Manager::Npm, "1.0.0", &[range("", "soon", "")], &[]), Verdict::Unknown(why) if !why.is_about_package)
        );
        assert!(matches!(verdict(Manager::Npm, "1.0.0", &[], &[]), Verdict::Unknown(_)));
    }

    #[test]
    fn modules_are_compared_with_modules() {
        let ranges = [range("", "10.5.0-1.module_el8.1.0+1", "")];
        assert_eq!(verdict(Manager::Rpm, "1.8-1.el8", &ranges, &[]), Verdict::NotAffected);
        assert!(matches!(verdict(Manager::Rpm, "10.4-1.module_el8.0.0+1", &ranges, &[]), Verdict::Affected { .. }));
    }
}
