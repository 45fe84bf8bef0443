//! Records of OSV (schema 1.7).

use serde::Deserialize;
use serde_json::Value;

use super::compile::Compiler;
use super::ecosystem;
use super::{Decision, Range, Severity, Statement};
use crate::package::{Manager, shortened};

/// Bytes of a summary that are kept.
const SUMMARY_BYTES: usize = 200;

#[derive(Debug, Deserialize)]
pub(super) struct Record {
    id: String,
    #[serde(default)]
    modified: Option<String>,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default)]
    aliases: Option<Vec<String>>,
    #[serde(default)]
    upstream: Option<Vec<String>>,
    #[serde(default)]
    related: Option<Vec<String>>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    details: Option<String>,
    #[serde(default)]
    severity: Option<Vec<Rating>>,
    #[serde(default)]
    affected: Option<Vec<Affected>>,
    #[serde(default)]
    database_specific: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Rating {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    score: String,
}

#[derive(Debug, Deserialize)]
struct Affected {
    #[serde(default)]
    package: Option<Named>,
    #[serde(default)]
    severity: Option<Vec<Rating>>,
    #[serde(default)]
    ranges: Option<Vec<Span>>,
    #[serde(default)]
    versions: Option<Vec<String>>,
    #[serde(default)]
    ecosystem_specific: Option<Value>,
    #[serde(default)]
    database_specific: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Named {
    ecosystem: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Span {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(default)]
    introduced: Option<String>,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    last_affected: Option<String>,
}

fn word(value: Option<&Value>, member: &str) -> Option<Severity> {
    Severity::of_word(value?.get(member)?.as_str()?)
}

/// Takes a record over: a statement for every package that it names.
pub(super) fn take(record: &Record, out: &mut Compiler) {
    if let Some(modified) = &record.modified {
        out.seen(modified);
    }
    if record.withdrawn.is_some() {
        return;
    }
    let mut named: Vec<&String> = [&record.aliases, &record.upstream].into_iter().flatten().flatten().collect();
    named.push(&record.id);
    let mut cves: Vec<String> = named.iter().filter_map(|name| cve_in(name)).collect();
    if cves.is_empty() && is_of_vendor(&record.id) {
        // Advisories of distributions name what they fix as related only.
        cves.extend(record.related.iter().flatten().filter_map(|name| cve_in(name)));
    }
    cves.sort();
    cves.dedup();
    let others = named.iter().filter(|name| **name != &record.id && !cves.contains(name));
    let aliases = others.map(|name| (*name).clone()).collect();
    let mut statement = Statement { id: shortened(&record.id, 128), cves, aliases, ..Statement::default() };
    let summary = record.summary.as_deref().or(record.details.as_deref()).unwrap_or_default();
    statement.summary =
        shortened(summary.lines().find(|line| !line.trim().is_empty()).unwrap_or_default(), SUMMARY_BYTES);
    let mut foreign = false;
    for affected in record.affected.iter().flatten() {
        let Some(named) = &affected.package else { continue };
        let Some(kept) = ecosystem::normal(&named.ecosystem) else {
            foreign = true;
            continue;
        };
        let mut statement = statement.clone();
        let ratings = affected.severity.as_deref().filter(|ratings| !ratings.is_empty()).or(record.severity.as_deref());
        let (vectors, words): (Vec<&Rating>, Vec<&Rating>) =
            ratings.unwrap_or_default().iter().partition(|rating| rating.kind.starts_with("CVSS"));
        statement.vectors = vectors.into_iter().map(|rating| rating.score.clone()).collect();
        let specific = [affected.ecosystem_specific.as_ref(), affected.database_specific.as_ref()];
        statement.severity = words
            .into_iter()
            .find_map(|rating| Severity::of_word(&rating.score))
            .or_else(|| specific.iter().find_map(|value| word(*value, "urgency").or_else(|| word(*value, "severity"))))
            .or_else(|| word(record.database_specific.as_ref(), "severity"))
            // `Moderate: thunderbird security update`
            .or_else(|| Severity::of_word(summary.split_once(':').filter(|_| is_of_vendor(&record.id))?.0));
        let unimportant =
            specific.iter().flatten().any(|value| value.get("urgency").and_then(Value::as_str) == Some("unimportant"));
        if unimportant {
            statement.decision = Decision::Unimportant;
        }
        statement.versions = affected.versions.clone().unwrap_or_default();
        let mut only_commits = !affected.ranges.iter().flatten().collect::<Vec<_>>().is_empty();
        for span in affected.ranges.iter().flatten().filter(|span| span.kind != "GIT") {
            only_commits = false;
            ranges(span, &mut statement.ranges);
        }
        if only_commits && statement.versions.is_empty() {
            // Which version has which commit is not known here.
            statement.decision = Decision::Undetermined;
        }
        let name = if ecosystem::manager_of(&kept) == Some(Manager::PyPi) {
            crate::analyze::python_name(&named.name)
        } else {
            named.name.clone()
        };
        out.state(&kept, &name, statement);
    }
    if foreign {
        out.foreign();
    }
}

/// An advisory by which a distribution announces an update.
fn is_of_vendor(id: &str) -> bool {
    ["ALSA-", "RLSA-", "RHSA-", "DSA-", "DLA-", "USN-", "SUSE-", "openSUSE-", "MGASA-"]
        .iter()
        .any(|start| id.starts_with(start))
}

/// The CVE that an id is or ends with, as in `DEBIAN-CVE-2024-1`.
fn cve_in(id: &str) -> Option<String> {
    let at = id.find("CVE-")?;
    let cve = id.get(at..)?;
    let valid = cve.split('-').count() == 3 && cve.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    valid.then(|| cve.to_owned())
}

/// Events in the order of the record: each begin with what ends it.
fn ranges(span: &Span, out: &mut Vec<Range>) {
    let mut open: Option<Range> = None;
    for event in &span.events {
        if let Some(from) = &event.introduced {
            out.extend(open.take());
            open = Some(Range { from: if from == "0" { String::new() } else { from.clone() }, ..Range::default() });
        } else if let Some(fixed) = &event.fixed {
            let mut range = open.take().unwrap_or_default();
            range.fixed.clone_from(fixed);
            out.push(range);
        } else if let Some(last) = &event.last_affected {
            let mut range = open.take().unwrap_or_default();
            range.last.clone_from(last);
            out.push(range);
        }
    }
    out.extend(open);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_become_ranges() {
        let span: Span = serde_json::from_str(
            r#"{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2"},{"introduced":"2.0"},{"last_affected":"2.4"},{"introduced":"3"}]}"#,
        )
        .unwrap();
        let mut out = Vec::new();
        ranges(&span, &mut out);
        let range =
            |from: &str, fixed: &str, last: &str| Range { from: from.into(), fixed: fixed.into(), last: last.into() };
        assert_eq!(out, [range("", "1.2", ""), range("2.0", "", "2.4"), range("3", "", "")]);
    }

    #[test]
    fn cves_are_found_in_ids() {
        assert_eq!(cve_in("ALPINE-CVE-2021-3711").as_deref(), Some("CVE-2021-3711"));
        assert_eq!(cve_in("GHSA-xxxx"), None);
    }
}
