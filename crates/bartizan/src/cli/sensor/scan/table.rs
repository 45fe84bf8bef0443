//! What a scan found, for people.

use std::collections::BTreeMap;

use bartizan_image::feed::{Decision, Severity};
use bartizan_image::report::Report;

use crate::output;

/// Blind spots that are listed; all are in the other forms.
const BLIND_SHOWN: usize = 10;

pub(super) fn print(report: &Report<'_>) {
    let scanned = report.scanned;
    let image = &scanned.image;
    let system =
        scanned.inventory.release.as_ref().map_or_else(|| "unknown system".to_owned(), |release| release.shown());
    let name = image.names.first().map_or(report.target, String::as_str);
    output::line(&format!("{name}  {}  {}  {system}", image.id, image.platform));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for located in &scanned.inventory.packages {
        *counts.entry(located.package.manager.word()).or_default() += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(word, count)| format!("{count} {word}")).collect();
    let packages =
        if counts.is_empty() { "no packages".to_owned() } else { format!("packages: {}", counts.join(", ")) };
    let layers = format!("layers: {} read, {} known already", scanned.layers_read, scanned.layers_known);
    output::line(&format!("{packages}; {layers}"));
    match report.judged {
        None => packages_table(report),
        Some(judged) => {
            let mut rated: BTreeMap<Option<Severity>, usize> = BTreeMap::new();
            for finding in &judged.findings {
                *rated.entry(finding.severity).or_default() += 1;
            }
            let words: Vec<String> = rated
                .into_iter()
                .rev()
                .map(|(severity, count)| format!("{count} {}", severity.map_or("unrated", Severity::word)))
                .collect();
            let found = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
            let newest = if judged.about.newest.is_empty() { "an unknown date" } else { &judged.about.newest };
            let by = format!("by {} advisories up to {newest}", judged.about.advisories);
            output::line(&format!("vulnerabilities: {found}; {by}"));
            if !judged.findings.is_empty() {
                output::line("");
                findings_table(report);
            }
        }
    }
    let blind = report.blind();
    if !blind.is_empty() {
        output::line("");
        for text in blind.iter().take(BLIND_SHOWN) {
            output::line(&format!("not judged: {text}"));
        }
        if blind.len() > BLIND_SHOWN {
            output::line(&format!("not judged: {} more; --report json has all", blind.len() - BLIND_SHOWN));
        }
    }
}

fn packages_table(report: &Report<'_>) {
    let row = |located: &bartizan_image::inventory::Located| {
        let package = &located.package;
        vec![
            package.manager.word().to_owned(),
            package.name.clone(),
            package.version.clone(),
            located.layer.to_string(),
            located.path.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = report.scanned.inventory.packages.iter().map(row).collect();
    if !rows.is_empty() {
        output::line("");
        output::table(&["KIND", "PACKAGE", "VERSION", "LAYER", "FOUND IN"], &rows);
    }
}

fn findings_table(report: &Report<'_>) {
    let packages = &report.scanned.inventory.packages;
    let findings = report.judged.map_or(&[][..], |judged| &judged.findings);
    let rows = findings.iter().filter_map(|finding| {
        let located = packages.get(finding.package)?;
        let fix = match (&finding.fixed, finding.decision) {
            (Some(fixed), _) => fixed.clone(),
            (None, Decision::WillNotFix) => "(will not be fixed)".to_owned(),
            (None, Decision::Postponed) => "(put off)".to_owned(),
            (None, Decision::Unimportant) => "(unimportant)".to_owned(),
            (None, _) => "-".to_owned(),
        };
        let mut severity = finding.severity.map_or("unrated", Severity::word).to_owned();
        if finding.exploited.is_some() {
            severity.push_str(" (exploited)");
        }
        Some(vec![
            severity,
            finding.id.clone(),
            located.package.name.clone(),
            located.package.version.clone(),
            fix,
            located.layer.to_string(),
        ])
    });
    let rows: Vec<Vec<String>> = rows.collect();
    output::table(&["SEVERITY", "VULNERABILITY", "PACKAGE", "VERSION", "FIXED IN", "LAYER"], &rows);
}
