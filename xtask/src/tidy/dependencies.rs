//! What deny.toml says about other people's code, read from the same file that `cargo deny` reads.
//!
//! `cargo deny` takes minutes to build and looks up advisories over the network. Licences, sources, duplicate versions and
//! banned features need neither, so they are checked here on every run.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::tree::Tree;

const POLICY: &str = "deny.toml";
/// Crates that other people wrote, in every feature and for every platform of ours: more is a supply chain to worry about.
const CRATES_MAX: usize = 450;
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Features that change what every user of a crate sees, and why not.
const FEATURES: &[(&str, &str, &str)] = &[
    ("serde_json", "arbitrary_precision", "numbers turn into maps behind the back of typed code"),
    ("serde_json", "preserve_order", "stored documents would no longer be canonical"),
    ("serde_json", "unbounded_depth", "a deeply nested request would overflow the stack"),
];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(policy) = tree.files.iter().find(|file| file.path == POLICY) else {
        return vec![tell("deny.toml is missing; it says which licences and duplicates are accepted".to_string())];
    };
    let policy = Policy::parse(&policy.text);
    let mut findings = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut count = 0;
    for package in tree.metadata.packages.iter().filter(|package| package.source.is_some()) {
        count += 1;
        let name = package.name.as_str();
        versions.entry(name).or_default().insert(package.version.clone());
        if package.source.as_deref() != Some(CRATES_IO) {
            findings.push(tell(format!("`{name}` does not come from crates.io; use a published version")));
        }
        if !policy.accepts(&package.licence) {
            let licence = &package.licence;
            findings.push(tell(format!("`{name}` has the licence `{licence}`, which deny.toml does not accept")));
        }
        for (_, feature, why) in
            FEATURES.iter().filter(|(of, feature, _)| *of == name && package.features.contains(*feature))
        {
            findings.push(tell(format!("`{name}` is built with `{feature}`: {why}")));
        }
    }
    if count > CRATES_MAX {
        findings.push(tell(format!(
            "{count} crates of other people, more than {CRATES_MAX}; drop one or a feature of one"
        )));
    }
    findings.extend(policy.duplicates(&versions).into_iter().map(tell));
    findings
}

fn tell(text: String) -> Finding {
    Finding { rule: "dependencies", path: POLICY.to_string(), line: 0, text }
}

/// The two lists of deny.toml that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
struct Policy {
    licences: BTreeSet<String>,
    /// Crates that may be there in several versions.
    skipped: BTreeSet<String>,
}

impl Policy {
    /// Reads `allow` of `[licenses]` and `skip` of `[bans]`, one entry a line as the file is written.
    fn parse(text: &str) -> Self {
        let mut policy = Self::default();
        let mut section = "";
        let mut list = "";
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
            } else if let Some((name, _)) = line.split_once('=').filter(|_| line.ends_with('[')) {
                list = name.trim();
            } else if line.starts_with(']') {
                list = "";
            } else if let Some(entry) = line.split('"').nth(1) {
                match (section, list) {
                    ("licenses", "allow") => policy.licences.insert(entry.to_string()),
                    ("bans", "skip") => policy.skipped.insert(entry.split('@').next().unwrap_or(entry).to_string()),
                    _ => false,
                };
            }
        }
        policy
    }

    /// True if an SPDX expression can be met with accepted licences alone. Parentheses are read as one level, which is all
    /// that packages use.
    fn accepts(&self, expression: &str) -> bool {
        let accepted = |term: &str| self.licences.contains(term.trim().trim_matches(['(', ')']).trim());
        let expression = expression.replace('/', " OR ");
        if let Some((head, tail)) = expression.split_once(" AND (") {
            // `A AND (B OR C)`
            return self.accepts(head) && self.accepts(tail.trim_end_matches(')'));
        }
        if let Some((head, tail)) = expression.split_once(") AND ") {
            // `(A OR B) AND C`
            return self.accepts(head.trim_start_matches('(')) && self.accepts(tail);
        }
        expression.split(" OR ").any(|choice| choice.split(" AND ").all(accepted))
    }

    fn duplicates(&self, versions: &BTreeMap<&str, BTreeSet<String>>) -> Vec<String> {
        let mut texts = Vec::new();
        for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
            if !self.skipped.contains(*name) {
                let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
                let versions = versions.join(" and ");
                texts.push(format!(
                    "`{name}` is there as {versions}; agree on one, or skip it in deny.toml with the reason"
                ));
            }
        }
        for name in &self.skipped {
            if versions.get(name.as_str()).is_none_or(|versions| versions.len() < 2) {
                texts.push(format!("`{name}` is no longer there twice; remove it from `skip` in deny.toml"));
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[licenses]\nallow = [\n  \"MIT\", # short\n  \"Apache-2.0\",\n  \"Unicode-3.0\",\n]\n[bans]\nmultiple-versions = \"deny\"\nskip = [\n  { crate = \"syn@1\", reason = \"old\" },\n]\n";

    fn policy() -> Policy {
        Policy::parse(&TEXT.replace("{ crate = ", "").replace(", reason = \"old\" }", ""))
    }

    #[test]
    fn the_lists_are_read() {
        assert_eq!(policy().licences.len(), 3);
        assert!(policy().skipped.contains("syn"));
        assert_eq!(Policy::parse(TEXT), policy());
    }

    #[test]
    fn expressions_are_met_by_accepted_licences() {
        for fine in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "MIT AND (GPL-3.0 OR Apache-2.0)",
        ] {
            assert!(policy().accepts(fine), "{fine}");
        }
        for wrong in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0"] {
            assert!(!policy().accepts(wrong), "{wrong}");
        }
    }

    #[test]
    fn duplicates_need_a_reason_and_reasons_a_duplicate() {
        let two = |a: &str, b: &str| BTreeSet::from([a.to_string(), b.to_string()]);
        assert_eq!(policy().duplicates(&BTreeMap::from([("syn", two("1.0.1", "2.0.1"))])), Vec::<String>::new());
        assert_eq!(policy().duplicates(&BTreeMap::from([("syn", two("1", "2")), ("hex", two("0.3", "0.4"))])).len(), 1);
        assert_eq!(policy().duplicates(&BTreeMap::new()).len(), 1);
    }
}
