//! SARIF 2.1.0: a rule for every vulnerability, a result for every package that has it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Report, address, word};
use crate::digest::Digest;
use crate::feed::Severity;

pub(super) fn render(report: &Report<'_>) -> Value {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rules: Vec<Value> = Vec::new();
    let mut results: Vec<Value> = Vec::new();
    for finding in report.findings() {
        let Some(located) = report.package(finding.package) else { continue };
        let package = &located.package;
        let place = *places.entry(&finding.id).or_insert_with(|| {
            let summary = if finding.summary.is_empty() { &finding.id } else { &finding.summary };
            let mut properties = json!({ "tags": ["vulnerability", "security", word(finding.severity)] });
            if let Some(score) = &finding.score
                && let Some(properties) = properties.as_object_mut()
            {
                properties.insert("security-severity".to_owned(), json!(format!("{:.1}", score.score)));
            }
            rules.push(json!({
                "id": finding.id,
                "shortDescription": { "text": summary },
                "helpUri": address(&finding.id),
                "properties": properties,
            }));
            rules.len() - 1
        });
        let fix =
            finding.fixed.as_ref().map_or_else(|| "there is no fix".to_owned(), |fixed| format!("fixed in {fixed}"));
        let text =
            format!("{} ({}) in {} {}: {fix}", finding.id, word(finding.severity), package.name, package.version);
        let fingerprint = Digest::of(format!("{} {} {}", finding.id, report.purl(located), located.path).as_bytes());
        results.push(json!({
            "ruleId": finding.id,
            "ruleIndex": place,
            "level": level(finding.severity),
            "message": { "text": text },
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": { "uri": uri(&located.path), "uriBaseId": "IMAGE" },
                    "region": { "startLine": 1 },
                },
                "logicalLocations": [{ "fullyQualifiedName": report.purl(located), "kind": "module" }],
            }],
            "partialFingerprints": { "vulnerability/v1": fingerprint.hex() },
        }));
    }
    let notes: Vec<Value> =
        report.blind().into_iter().map(|text| json!({ "level": "warning", "message": { "text": text } })).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "bartizan", "version": report.version, "rules": rules } },
            "automationDetails": { "id": format!("bartizan/{}", report.name()) },
            "originalUriBaseIds": { "IMAGE": { "description": { "text": "The root of the image" } } },
            "invocations": [{
                "executionSuccessful": true,
                "endTimeUtc": report.time,
                "toolExecutionNotifications": notes,
            }],
            "results": results,
            "properties": { "imageId": report.scanned.image.id, "imageDigest": report.scanned.image.digest },
        }],
    })
}

fn level(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Critical | Severity::High) => "error",
        Some(Severity::Medium) | None => "warning",
        Some(Severity::Low | Severity::Minimal) => "note",
    }
}

/// A path as a relative reference of RFC 3986.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b'~' | b'+' | b'@') {
            out.push(char::from(byte));
        } else {
            // A String takes everything.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
