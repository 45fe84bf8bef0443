//! Our own form: everything that is known.

use serde_json::{Value, json};

use super::Report;

pub(super) fn render(report: &Report<'_>) -> Value {
    let image = &report.scanned.image;
    let layers: Vec<Value> = image
        .layers
        .iter()
        .enumerate()
        .map(|(number, layer)| {
            json!({
                "Number": number,
                "Digest": layer.expected.stored,
                "DiffId": layer.expected.plain,
                "Size": layer.size,
                "CreatedBy": layer.created_by,
                "Skipped": layer.skipped,
            })
        })
        .collect();
    let packages: Vec<Value> = report
        .scanned
        .inventory
        .packages
        .iter()
        .map(|located| {
            let package = &located.package;
            json!({
                "Manager": package.manager.word(),
                "Name": package.name,
                "Version": package.version,
                "Architecture": package.architecture,
                "Source": package.source_name(),
                "SourceVersion": package.version_of_source(),
                "Licence": package.licence,
                "Purl": report.purl(located),
                "Path": located.path,
                "Layer": located.layer,
                "Owned": located.owned,
                "Declared": package.declared,
            })
        })
        .collect();
    let findings: Vec<Value> = report
        .findings()
        .iter()
        .filter_map(|finding| {
            let located = report.package(finding.package)?;
            Some(json!({
                "Id": finding.id,
                "Advisories": finding.advisories,
                "Package": located.package.name,
                "Manager": located.package.manager.word(),
                "Version": located.package.version,
                "Fixed": finding.fixed,
                "Decision": finding.decision,
                "Severity": super::word(finding.severity),
                "SeverityNumber": finding.severity.map(crate::feed::Severity::number),
                "Score": finding.score.as_ref().map(|score| score.score),
                "Vector": finding.score.as_ref().map(|score| score.vector.as_str()),
                "Exploited": finding.exploited,
                "Exploitation": finding.exploitation,
                "Epss": finding.epss,
                "Summary": finding.summary,
                "Purl": report.purl(located),
                "Path": located.path,
                "Layer": located.layer,
            }))
        })
        .collect();
    let release = report.scanned.inventory.release.as_ref();
    json!({
        "Target": report.target,
        "ScannedAt": report.time,
        "Image": {
            "Names": image.names,
            "Id": image.id,
            "Digest": image.digest,
            "Platform": image.platform.to_string(),
            "Created": image.created,
            "Layers": layers,
        },
        "System": release.map(|release| json!({
            "Id": release.id,
            "Version": release.version,
            "Codename": release.codename,
            "Name": release.shown(),
        })),
        "Packages": packages,
        "Findings": report.judged.map(|_| findings),
        "Feeds": report.judged.map(|judged| json!({
            "Advisories": judged.about.advisories,
            "Enriched": judged.about.enriched,
            "Newest": judged.about.newest,
        })),
        "Blind": report.blind(),
        "LayersRead": report.scanned.layers_read,
        "LayersKnown": report.scanned.layers_known,
    })
}
