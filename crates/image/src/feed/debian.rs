//! Debian's security tracker (`data/json`): source packages, their CVEs, and what each release has decided.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::compile::Compiler;
use super::ecosystem;
use super::{Decision, Range, Severity, Statement};
use crate::package::shortened;

pub(super) type Tracker = BTreeMap<String, BTreeMap<String, Issue>>;

#[derive(Debug, Deserialize)]
pub(super) struct Issue {
    #[serde(default)]
    description: Option<String>,
    releases: BTreeMap<String, InRelease>,
}

#[derive(Debug, Deserialize)]
struct InRelease {
    #[serde(default)]
    status: String,
    #[serde(default)]
    fixed_version: Option<String>,
    #[serde(default)]
    urgency: Option<String>,
    #[serde(default)]
    nodsa: Option<String>,
    #[serde(default)]
    nodsa_reason: Option<String>,
}

pub(super) fn take(tracker: Tracker, out: &mut Compiler) {
    for (package, issues) in tracker {
        for (id, issue) in issues {
            let summary = shortened(issue.description.as_deref().unwrap_or_default(), 200);
            for (codename, release) in &issue.releases {
                let cves = if id.starts_with("CVE-") { vec![id.clone()] } else { Vec::new() };
                let mut statement =
                    Statement { id: id.clone(), cves, summary: summary.clone(), ..Statement::default() };
                decide(release, &mut statement);
                out.state(&ecosystem::debian(codename), &package, statement);
            }
        }
    }
}

fn decide(release: &InRelease, statement: &mut Statement) {
    let urgency = release.urgency.as_deref().unwrap_or_default();
    // Some urgencies carry stars for what was only proposed.
    statement.severity = Severity::of_word(urgency.trim_end_matches('*'));
    let fixed = release.fixed_version.clone().unwrap_or_default();
    match release.status.as_str() {
        "resolved" if fixed == "0" => statement.decision = Decision::NotAffected,
        "resolved" => statement.ranges.push(Range { fixed, ..Range::default() }),
        "open" => {
            statement.ranges.push(Range::default());
            statement.decision = match (urgency, release.nodsa_reason.as_deref()) {
                ("unimportant", _) => Decision::Unimportant,
                ("end-of-life", _) | (_, Some("ignored")) => Decision::WillNotFix,
                _ if release.nodsa.is_some() => Decision::Postponed,
                _ => Decision::None,
            };
        }
        _ => statement.decision = Decision::Undetermined,
    }
}
