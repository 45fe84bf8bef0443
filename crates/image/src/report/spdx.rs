//! SPDX 2.3 as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Report, address};

const NOTHING: &str = "NOASSERTION";

pub(super) fn render(report: &Report<'_>) -> Value {
    let image = &report.scanned.image;
    let inventory = &report.scanned.inventory;
    let mut found: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for finding in report.findings() {
        found.entry(finding.package).or_default().insert(&finding.id);
    }
    let own = "SPDXRef-Image";
    let mut packages = vec![json!({
        "SPDXID": own,
        "name": report.name(),
        "versionInfo": image.digest.unwrap_or(image.id).to_string(),
        "downloadLocation": NOTHING,
        "filesAnalyzed": false,
        "licenseConcluded": NOTHING,
        "licenseDeclared": NOTHING,
        "copyrightText": NOTHING,
        "primaryPackagePurpose": "CONTAINER",
        "checksums": [{ "algorithm": "SHA256", "checksumValue": image.digest.unwrap_or(image.id).hex() }],
    })];
    let mut relationships = vec![related("SPDXRef-DOCUMENT", "DESCRIBES", own)];
    for (place, located) in inventory.packages.iter().enumerate() {
        let package = &located.package;
        let mut references = vec![json!({
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": report.purl(located),
        })];
        references.extend(found.get(&place).into_iter().flatten().map(|id| {
            json!({ "referenceCategory": "SECURITY", "referenceType": "advisory", "referenceLocator": address(id) })
        }));
        let id = format!("SPDXRef-Package-{place}");
        relationships.push(related(own, "CONTAINS", &id));
        let mut value = json!({
            "SPDXID": id,
            "name": package.name,
            "versionInfo": package.version,
            "downloadLocation": NOTHING,
            "filesAnalyzed": false,
            "licenseConcluded": NOTHING,
            "licenseDeclared": NOTHING,
            "copyrightText": NOTHING,
            "sourceInfo": format!(
                "found in {} of layer {}, built from {} {}",
                located.path, located.layer, package.source_name(), package.version_of_source()
            ),
            "externalRefs": references,
        });
        // What packages state is rarely an expression of SPDX's, so it is a remark.
        if let Some(value) = value.as_object_mut().filter(|_| !package.licence.is_empty()) {
            value.insert("licenseComments".to_owned(), json!(format!("the package states: {}", package.licence)));
        }
        packages.push(value);
    }
    let mut document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": report.name(),
        "documentNamespace": format!("https://bartizan.invalid/spdx/{}", report.uuid()),
        "creationInfo": { "created": report.time, "creators": [format!("Tool: bartizan-{}", report.version)] },
        "packages": packages,
        "relationships": relationships,
    });
    let blind = report.blind();
    if let Some(document) = document.as_object_mut().filter(|_| !blind.is_empty()) {
        document.insert("comment".to_owned(), json!(format!("not judged: {}", blind.join("; "))));
    }
    document
}

fn related(from: &str, how: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": how, "relatedSpdxElement": to })
}
