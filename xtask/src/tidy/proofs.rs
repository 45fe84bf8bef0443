//! R6: a `Permit` is had only by deciding, a `Checked` only by checking.

use super::Finding;
use crate::source::{Source, has_word};
use crate::tree::Tree;

struct Proof {
    name: &'static str,
    path: &'static str,
    /// Functions that may make one.
    makers: &'static [&'static str],
}

const PROOFS: &[Proof] = &[
    Proof { name: "Permit", path: "crates/policy/src/permit.rs", makers: &["decide"] },
    Proof { name: "Checked", path: "crates/wire/src/checked.rs", makers: &["check", "decode", "new", "try_new"] },
];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for proof in PROOFS {
        match tree.rust.iter().find(|source| source.path == proof.path) {
            Some(source) => findings.extend(check_one(proof, source)),
            None => findings.push(Finding {
                rule: "proofs",
                path: proof.path.to_string(),
                line: 0,
                text: format!("`{}` is not there any more; tell xtask/src/tidy/proofs.rs where it went", proof.name),
            }),
        }
    }
    findings
}

fn check_one(proof: &Proof, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tell = |line: usize, text: String| {
        findings.push(Finding { rule: "proofs", path: source.path.clone(), line, text });
    };
    let mut declared = false;
    let mut in_fields = false;
    let mut derives = String::new();
    let mut maker = String::new();
    for (number, line) in source.shipped() {
        let code = line.code.trim();
        if code.starts_with("#[derive") {
            derives = code.to_string();
        }
        if code.contains("struct ") && has_word(code, proof.name) {
            declared = true;
            in_fields = !code.contains([';', '}']);
            for banned in ["Default", "Deserialize", "Shape"] {
                if has_word(&derives, banned) {
                    tell(number, format!("deriving `{banned}` makes a `{}` out of nothing; remove it", proof.name));
                }
            }
            if code.split_once(proof.name).is_some_and(|(_, rest)| has_word(rest, "pub")) {
                tell(number, format!("a public field makes a `{}` anywhere; make it private", proof.name));
            }
            continue;
        }
        if in_fields {
            in_fields = !code.starts_with('}');
            if has_word(code, "pub") {
                tell(number, format!("a public field makes a `{}` anywhere; make it private", proof.name));
            }
            continue;
        }
        if let Some((_, rest)) = code.split_once("fn ") {
            maker = rest.split(['(', '<']).next().unwrap_or_default().to_string();
        }
        for source_trait in ["From<", "TryFrom<", "Default for", "Deserialize<", "Deserialize for", "DerefMut for"] {
            if code.starts_with("impl") && code.contains(source_trait) && has_word(code, proof.name) {
                let named = source_trait.trim_end_matches([' ', '<']);
                tell(number, format!("`{named}` makes or changes a `{}` without a check; remove it", proof.name));
            }
        }
        // a return type is no literal
        let code = code.replace(&format!("-> {} {{", proof.name), "").replace("-> Self {", "");
        let makes = ["Self {", "Self(", &format!("{} {{", proof.name), &format!("{}(", proof.name)]
            .iter()
            .any(|text| code.contains(text))
            && !code.starts_with("impl")
            && !code.contains("Self(..)");
        if makes && !proof.makers.contains(&maker.as_str()) {
            tell(number, format!("`{maker}` makes a `{}`; only {} may", proof.name, proof.makers.join(", ")));
        }
    }
    if !declared {
        tell(0, format!("`{}` is not declared here any more; tell xtask/src/tidy/proofs.rs where it went", proof.name));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERMIT: Proof = Proof { name: "Permit", path: "a.rs", makers: &["decide"] };
    const CHECKED: Proof = Proof { name: "Checked", path: "a.rs", makers: &["check"] };

    fn lines(proof: &Proof, text: &str) -> Vec<usize> {
        check_one(proof, &Source::parse("a.rs", text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn deciding_and_checking_make_proofs() {
        let permit = "#[derive(Debug, Clone)]\npub struct Permit {\n  who: Who,\n}\nimpl Permit {\n  pub fn decide() -> Self {\n    Self { who }\n  }\n}\n";
        assert_eq!(lines(&PERMIT, permit), [0; 0]);
        let checked = "pub struct Checked<T>(T);\nimpl<T: Shape> Checked<T> {\n  pub fn check(t: T) -> Option<Self> {\n    Some(Self(t))\n  }\n}\n";
        assert_eq!(lines(&CHECKED, checked), [0; 0]);
    }

    #[test]
    fn nothing_else_does() {
        assert_eq!(lines(&PERMIT, "#[derive(Default)]\nstruct Permit {\n  pub who: Who,\n}\n"), [2, 3]);
        assert_eq!(lines(&PERMIT, "struct Permit { who: Who }\nfn forge() -> Permit {\n Permit { who }\n}\n").len(), 1);
        assert_eq!(lines(&CHECKED, "struct Checked<T>(pub T);\nimpl<T> From<T> for Checked<T> {}\n"), [1, 2]);
        assert_eq!(lines(&CHECKED, "struct Other;\n"), [0]);
    }
}
