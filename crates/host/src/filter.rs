//! Filters of baselines: which keys an operating system has, and which values they take.
//!
//! An unknown value is refused with the vendor's sentence, as observed on the wire; keys that the operating system
//! does not have are refused in the same manner, because the vendor's own agent gives up on them.

use bartizan_wire::{Path, Violations};

use crate::baseline::{PatchFilter, PatchFilterKey};
use crate::property::{Property, values};
use crate::system::{Family, OperatingSystem};

/// Every value; it stands alone and is not a pattern.
pub const ANY: &str = "*";

/// The keys that baselines of a system take [SSM API reference, `PatchFilter` and `DescribePatchProperties`].
#[must_use]
pub fn keys(system: OperatingSystem) -> &'static [PatchFilterKey] {
    match system.family() {
        Family::Rpm | Family::Suse => {
            &[PatchFilterKey::Product, PatchFilterKey::Classification, PatchFilterKey::Severity]
        }
        Family::Apt => &[PatchFilterKey::Product, PatchFilterKey::Priority, PatchFilterKey::Section],
        Family::MacOs => &[PatchFilterKey::Product, PatchFilterKey::Classification],
        Family::Windows => &[
            PatchFilterKey::PatchSet,
            PatchFilterKey::Product,
            PatchFilterKey::ProductFamily,
            PatchFilterKey::Classification,
            PatchFilterKey::MsrcSeverity,
        ],
    }
}

/// Reports every key that the system does not have, and every value that a key does not take.
pub fn review(system: OperatingSystem, filters: &[PatchFilter], at: &Path, out: &mut Violations) {
    for filter in filters {
        if !keys(system).contains(&filter.key) {
            let known: Vec<&str> = keys(system).iter().map(|key| key.as_wire()).collect();
            out.review(
                at,
                format!(
                    "Invalid Filter Key: {} for OperatingSystem: {system}, valid keys are: {}",
                    filter.key.as_wire(),
                    known.join(", ")
                ),
            );
            continue;
        }
        let Some(known) = known_values(system, filter.key) else { continue };
        for value in &filter.values {
            if value != ANY && !known.contains(value) && !is_synonym(system, filter.key, value) {
                out.review(
                    at,
                    format!(
                        "Invalid Filter Value: {value} for Key: {}, valid values are: {}",
                        filter.key.as_wire(),
                        known.join(", ")
                    ),
                );
            }
        }
    }
}

/// The values of a key; `None` where any text will do.
fn known_values(system: OperatingSystem, key: PatchFilterKey) -> Option<Vec<String>> {
    Some(match key {
        PatchFilterKey::Product => values(system, Property::Product),
        PatchFilterKey::ProductFamily => values(system, Property::ProductFamily),
        PatchFilterKey::Classification => values(system, Property::Classification),
        PatchFilterKey::MsrcSeverity => values(system, Property::MsrcSeverity),
        PatchFilterKey::Priority => values(system, Property::Priority),
        PatchFilterKey::Severity => values(system, Property::Severity),
        PatchFilterKey::PatchSet => vec!["OS".to_owned(), "APPLICATION".to_owned()],
        _ => return None,
    })
}

/// `Medium` and `Moderate` are one severity in the rpm families; both are taken and kept as given.
fn is_synonym(system: OperatingSystem, key: PatchFilterKey, value: &str) -> bool {
    key == PatchFilterKey::Severity
        && matches!(system.family(), Family::Rpm | Family::Suse)
        && matches!(value, "Medium" | "Moderate")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(system: OperatingSystem, key: PatchFilterKey, values: &[&str]) -> Vec<String> {
        let filter = PatchFilter { key, values: values.iter().map(|value| (*value).to_owned()).collect() };
        let mut out = Violations::new();
        review(system, &[filter], &Path::root(), &mut out);
        out.iter().map(|violation| format!("{:?}", violation.rule)).collect()
    }

    #[test]
    fn a_value_outside_the_list_is_refused_with_the_observed_sentence() {
        let found = texts(OperatingSystem::AmazonLinux2, PatchFilterKey::Product, &["AmazonLinux2", "All"]);
        assert_eq!(
            found,
            [r#"Review("Invalid Filter Value: All for Key: PRODUCT, valid values are: AmazonLinux2, AmazonLinux2.0")"#]
        );
    }

    #[test]
    fn the_star_and_the_synonyms_are_values() {
        assert!(texts(OperatingSystem::AmazonLinux2, PatchFilterKey::Product, &["*"]).is_empty());
        assert!(texts(OperatingSystem::OracleLinux, PatchFilterKey::Severity, &["Medium", "Moderate"]).is_empty());
        assert!(texts(OperatingSystem::Debian, PatchFilterKey::Section, &["any/thing"]).is_empty());
        assert_eq!(texts(OperatingSystem::Windows, PatchFilterKey::MsrcSeverity, &["Medium"]).len(), 1);
    }

    #[test]
    fn a_key_of_another_family_is_refused() {
        let found = texts(OperatingSystem::Ubuntu, PatchFilterKey::Severity, &["Critical"]);
        assert_eq!(
            found,
            [
                r#"Review("Invalid Filter Key: SEVERITY for OperatingSystem: UBUNTU, valid keys are: PRODUCT, PRIORITY, SECTION")"#
            ]
        );
        assert_eq!(texts(OperatingSystem::Windows, PatchFilterKey::CveId, &["CVE-2026-1"]).len(), 1);
    }
}
