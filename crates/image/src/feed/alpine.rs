//! Alpine's secdb: for each package the versions that fixed something, and what.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::compile::Compiler;
use super::{Decision, Range, Statement};

#[derive(Debug, Deserialize)]
pub(super) struct SecDb {
    distroversion: String,
    packages: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    pkg: Fixes,
}

#[derive(Debug, Deserialize)]
struct Fixes {
    name: String,
    #[serde(default)]
    secfixes: Option<BTreeMap<String, Option<Vec<String>>>>,
}

pub(super) fn take(db: SecDb, out: &mut Compiler) {
    let version = db.distroversion.trim_start_matches('v');
    let ecosystem = if version == "edge" { "Alpine:edge".to_owned() } else { format!("Alpine:v{version}") };
    for Entry { pkg } in db.packages {
        for (fixed, ids) in pkg.secfixes.into_iter().flatten() {
            // An entry may have several names of one vulnerability, and remarks in brackets.
            for entry in ids.into_iter().flatten() {
                let mut names =
                    entry.split_whitespace().filter(|name| name.contains('-') && !name.starts_with(['(', '#']));
                let Some(id) = names.next() else { continue };
                let mut statement = Statement { id: id.to_owned(), ..Statement::default() };
                for name in std::iter::once(id).chain(names) {
                    let list = if name.starts_with("CVE-") { &mut statement.cves } else { &mut statement.aliases };
                    if name != id || name.starts_with("CVE-") {
                        list.push(name.to_owned());
                    }
                }
                // What is fixed in 0 was never in the package.
                if fixed == "0" {
                    statement.decision = Decision::NotAffected;
                } else {
                    statement.ranges.push(Range { fixed: fixed.clone(), ..Range::default() });
                }
                out.state(&ecosystem, &pkg.name, statement);
            }
        }
    }
}
