//! Labels of rules: their form, their name spaces, and which ones rules add and look for.

use std::collections::BTreeSet;

use bartizan_wire::Realm;

use crate::document::{LabelSummary, Rule, Statement};
use crate::walk;

/// Name spaces before the name of a rule's label at most [WAF developer guide, label syntax].
const NAMESPACES_MAX: usize = 5;
/// Characters of a name space or a name at most.
const PART_CHARS_MAX: usize = 128;
/// What no part of a rule's label may be.
const RESERVED: [&str; 8] = ["awswaf", "aws", "waf", "managed", "rulegroup", "webacl", "regexpatternset", "ipset"];
/// Where a label in full starts.
const FULL: &str = "awswaf:";

/// What stands before the labels of a web ACL's rules.
#[must_use]
pub fn of_web_acl(realm: &Realm, name: &str) -> String {
    format!("{FULL}{}:webacl:{name}:", realm.account)
}

/// What stands before the labels of a rule group's rules.
#[must_use]
pub fn of_rule_group(realm: &Realm, name: &str) -> String {
    format!("{FULL}{}:rulegroup:{name}:", realm.account)
}

/// What stands before the labels of a managed rule group's rules, unless its vendor says something else.
#[must_use]
pub fn of_managed(slug: &str, name: &str) -> String {
    format!("{FULL}managed:{slug}:{name}:")
}

/// What is wrong with a rule's label, if anything.
#[must_use]
pub fn review(label: &str) -> Option<String> {
    let parts: Vec<&str> = label.split(':').collect();
    if parts.iter().any(|part| part.is_empty() || part.len() > PART_CHARS_MAX) {
        return Some(format!("Every part of a label has 1 to {PART_CHARS_MAX} characters."));
    }
    if parts.len() > NAMESPACES_MAX + 1 {
        return Some(format!("A label has at most {NAMESPACES_MAX} name spaces."));
    }
    let reserved = parts.iter().find(|part| RESERVED.contains(part))?;
    Some(format!("`{reserved}` is reserved and cannot be a part of a label."))
}

/// The labels that rules add, in full.
#[must_use]
pub fn added(rules: &[Rule], namespace: &str) -> Vec<LabelSummary> {
    let labels = rules.iter().flat_map(|rule| rule.rule_labels.iter().flatten());
    summaries(labels.map(|label| format!("{namespace}{}", label.name)).collect())
}

/// The labels that rules look for, in full.
#[must_use]
pub fn consumed(rules: &[Rule], namespace: &str) -> Vec<LabelSummary> {
    let keys = walk::statements(rules).into_iter().filter_map(|statement| match statement {
        Statement::LabelMatch(label) if label.key.starts_with(FULL) => Some(label.key.clone()),
        Statement::LabelMatch(label) => Some(format!("{namespace}{}", label.key)),
        _ => None,
    });
    summaries(keys.collect())
}

fn summaries(names: BTreeSet<String>) -> Vec<LabelSummary> {
    names.into_iter().map(|name| LabelSummary { name: Some(name) }).collect()
}

#[cfg(test)]
mod tests {
    use super::review;

    #[test]
    fn parts_are_bounded_and_some_are_reserved() {
        for good in ["bad", "bad:sqli", "a:b:c:d:e:f", "awsWAF"] {
            assert_eq!(review(good), None, "{good}");
        }
        for wrong in ["", "a:", ":a", "a::b", "a:b:c:d:e:f:g", "x:awswaf", "waf", &"a".repeat(129)] {
            assert!(review(wrong).is_some(), "{wrong}");
        }
    }
}
