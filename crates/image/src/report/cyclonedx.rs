//! CycloneDX 1.6: components, vulnerabilities, and what is known of each (VEX).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Report, address, word};
use crate::feed::{Decision, Severity};
use crate::inventory::Located;
use crate::judge::{Finding, NotAffected};

pub(super) fn render(report: &Report<'_>) -> Value {
    let image = &report.scanned.image;
    let inventory = &report.scanned.inventory;
    let own = format!("image:{}", image.id);
    let mut components: Vec<Value> = Vec::new();
    if let Some(release) = &inventory.release {
        components.push(json!({
            "type": "operating-system",
            "bom-ref": "system",
            "name": release.id,
            "version": release.version,
            "description": release.shown(),
        }));
    }
    components.extend(inventory.packages.iter().enumerate().map(|(place, located)| component(report, place, located)));
    let inside: Vec<Value> = components.iter().filter_map(|component| component.get("bom-ref").cloned()).collect();
    let blind: Vec<Value> =
        report.blind().into_iter().map(|text| json!({ "name": "bartizan:blind", "value": text })).collect();
    let aggregate = if blind.is_empty() { "complete" } else { "incomplete" };
    let mut bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", report.uuid()),
        "version": 1,
        "metadata": {
            "timestamp": report.time,
            "tools": { "components": [{ "type": "application", "name": "bartizan", "version": report.version }] },
            "component": {
                "type": "container",
                "bom-ref": own,
                "name": report.name(),
                "version": image.digest.unwrap_or(image.id).to_string(),
                "hashes": [{ "alg": "SHA-256", "content": image.digest.unwrap_or(image.id).hex() }],
            },
            "properties": blind,
        },
        "components": components,
        "dependencies": [{ "ref": own, "dependsOn": inside }],
        "compositions": [{ "aggregate": aggregate, "assemblies": [own] }],
    });
    if let (Some(judged), Some(bom)) = (report.judged, bom.as_object_mut()) {
        let mut by_id: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &judged.findings {
            by_id.entry(&finding.id).or_default().push(finding);
        }
        // One id may be judged differently for different packages, so each judgment is a vulnerability of its own.
        let affected = by_id.into_values().flat_map(|findings| {
            let mut groups: BTreeMap<(Option<Severity>, String), Vec<&Finding>> = BTreeMap::new();
            for finding in findings {
                groups.entry((finding.severity, analysis(finding).to_string())).or_default().push(finding);
            }
            groups.into_values().filter_map(|group| vulnerability(report, &group)).collect::<Vec<_>>()
        });
        let mut vulnerabilities: Vec<Value> = affected.collect();
        vulnerabilities.extend(judged.not_affected.iter().map(not_affected));
        bom.insert("vulnerabilities".to_owned(), Value::Array(vulnerabilities));
    }
    bom
}

fn reference(place: usize) -> String {
    format!("package:{place}")
}

fn component(report: &Report<'_>, place: usize, located: &Located) -> Value {
    let package = &located.package;
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(place),
        "name": package.name,
        "version": package.version,
        "purl": report.purl(located),
        "properties": [
            { "name": "bartizan:path", "value": located.path },
            { "name": "bartizan:layer", "value": located.layer.to_string() },
            { "name": "bartizan:source", "value": format!("{} {}", package.source_name(), package.version_of_source()) },
        ],
    });
    if let Some(component) = component.as_object_mut().filter(|_| !package.licence.is_empty()) {
        component.insert("licenses".to_owned(), json!([{ "license": { "name": package.licence } }]));
    }
    component
}

/// A judgment nobody has looked at yet is in triage; what is exploited elsewhere is taken for exploitable.
fn analysis(finding: &Finding) -> Value {
    let state = if finding.exploited.is_some() { "exploitable" } else { "in_triage" };
    let (response, detail) = match (&finding.fixed, finding.decision) {
        (Some(fixed), _) => (json!(["update"]), format!("Fixed in {fixed}.")),
        (None, Decision::WillNotFix) => (json!(["will_not_fix"]), "The distribution will not fix it.".to_owned()),
        (None, Decision::Postponed) => (json!([]), "The distribution has put the fix off.".to_owned()),
        (None, Decision::Unimportant) => (json!([]), "The distribution holds it for unimportant.".to_owned()),
        (None, _) => (json!([]), "There is no fix yet.".to_owned()),
    };
    let mut analysis = json!({ "state": state, "detail": detail });
    if let Some(analysis) = analysis.as_object_mut().filter(|_| response != json!([])) {
        analysis.insert("response".to_owned(), response);
    }
    analysis
}

fn vulnerability(report: &Report<'_>, findings: &[&Finding]) -> Option<Value> {
    let first = findings.first()?;
    let affects: Vec<Value> = findings
        .iter()
        .filter_map(|finding| {
            let located = report.package(finding.package)?;
            Some(json!({
                "ref": reference(finding.package),
                "versions": [{ "version": located.package.version, "status": "affected" }],
            }))
        })
        .collect();
    let severity = if first.severity == Some(Severity::Minimal) { "info" } else { word(first.severity) };
    let mut ratings = vec![json!({ "severity": severity, "method": "other" })];
    if let Some(score) = &first.score {
        let method = match score.version {
            "3.1" => "CVSSv31",
            "3.0" => "CVSSv3",
            "4.0" => "CVSSv4",
            _ => "CVSSv2",
        };
        let by_score = match Severity::of_score(score.score) {
            Severity::Minimal => "none",
            other => other.word(),
        };
        ratings.push(json!({ "score": score.score, "severity": by_score, "method": method, "vector": score.vector }));
    }
    let advisories: Vec<Value> = first
        .advisories
        .iter()
        .map(|id| json!({ "title": id, "url": format!("https://osv.dev/vulnerability/{id}") }))
        .collect();
    let mut properties = Vec::new();
    if let Some(exploited) = &first.exploited {
        properties.push(json!({ "name": "bartizan:exploited-since", "value": exploited.added }));
    }
    if let Some(epss) = first.epss {
        properties.push(json!({ "name": "bartizan:epss", "value": epss.to_string() }));
    }
    Some(json!({
        "bom-ref": format!("vulnerability:{}:{}", first.id, first.package),
        "id": first.id,
        "source": { "url": address(&first.id) },
        "ratings": ratings,
        "description": first.summary,
        "advisories": advisories,
        "analysis": analysis(first),
        "affects": affects,
        "properties": properties,
    }))
}

fn not_affected(statement: &NotAffected) -> Value {
    json!({
        "id": statement.id,
        "source": { "url": address(&statement.id) },
        "analysis": { "state": "not_affected", "justification": "code_not_present", "detail": statement.why },
        "affects": [{ "ref": reference(statement.package) }],
    })
}
