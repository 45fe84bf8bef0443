//! The filters of operations that list: a key, and values of which one is enough.

use bartizan_wire::{Path, Shape, Violations};
use serde::{Deserialize, Serialize};

/// One filter [SSM API reference, `PatchOrchestratorFilter`].
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchOrchestratorFilter {
    /// Which property; each operation has its own.
    #[shape(length = 1..=128)]
    pub key: Option<String>,
    /// One of these.
    #[shape(each(length = 1..=256))]
    pub values: Option<Vec<String>>,
}

impl PatchOrchestratorFilter {
    /// The key; empty if absent.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    /// The values; none if absent.
    #[must_use]
    pub fn values(&self) -> &[String] {
        self.values.as_deref().unwrap_or_default()
    }
}

/// Reports filters whose key an operation does not have, and values that a key does not take: `known` are the keys with
/// the values that they take, none for any.
///
/// # Errors
/// The sentence about each of them.
pub fn review(filters: &[PatchOrchestratorFilter], known: &[(&str, &[&str])]) -> Result<(), Violations> {
    let mut out = Violations::new();
    let mut at = Path::root();
    at.member("Filters", |at| {
        for (index, filter) in filters.iter().enumerate() {
            at.item(index, |at| review_one(filter, known, at, &mut out));
        }
    });
    if out.is_empty() { Ok(()) } else { Err(out) }
}

fn review_one(filter: &PatchOrchestratorFilter, known: &[(&str, &[&str])], at: &Path, out: &mut Violations) {
    let Some((key, values)) = known.iter().find(|(key, _)| *key == filter.key()) else {
        let keys: Vec<&str> = known.iter().map(|(key, _)| *key).collect();
        return out.review(at, format!("Invalid Filter Key: {}, valid keys are: {}", filter.key(), keys.join(", ")));
    };
    for value in filter.values() {
        if !values.is_empty() && !values.contains(&value.as_str()) {
            out.review(
                at,
                format!("Invalid Filter Value: {value} for Key: {key}, valid values are: {}", values.join(", ")),
            );
        }
    }
}

/// True if every filter has a value for which `matches(key, value)` holds.
#[must_use]
pub fn passes(filters: &[PatchOrchestratorFilter], matches: impl Fn(&str, &str) -> bool) -> bool {
    filters.iter().all(|filter| filter.values().iter().any(|value| matches(filter.key(), value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(key: &str, values: &[&str]) -> PatchOrchestratorFilter {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        PatchOrchestratorFilter { key: Some(key.to_owned()), values: Some(values) }
    }

    #[test]
    fn values_are_alternatives_and_filters_are_not() {
        let filters = [filter("A", &["1", "2"]), filter("B", &["3"])];
        assert!(passes(&filters, |key, value| (key, value) == ("A", "2") || key == "B"));
        assert!(!passes(&filters, |key, _| key == "A"));
        assert!(passes(&[], |_, _| false));
        assert!(!passes(&[filter("A", &[])], |_, _| true));
    }

    #[test]
    fn what_an_operation_does_not_know_is_refused() {
        let known: &[(&str, &[&str])] = &[("OWNER", &["AWS", "Self"]), ("NAME_PREFIX", &[])];
        assert!(review(&[filter("NAME_PREFIX", &["x"]), filter("OWNER", &["Self"])], known).is_ok());
        let wrong = review(&[filter("OWNER", &["me"]), filter("NAME", &["x"])], known).unwrap_err();
        assert_eq!(
            wrong.render(),
            "Invalid Filter Value: me for Key: OWNER, valid values are: AWS, Self \
             Invalid Filter Key: NAME, valid keys are: OWNER, NAME_PREFIX"
        );
    }
}
