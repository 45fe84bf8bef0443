//! A package of an image as the vendor lists it.

use std::collections::BTreeMap;

use bartizan_wire::Shape;
use serde::Serialize;

use super::image::{SeverityCounts, word};
use crate::known::KeptScan;

/// A package [container security API, software of an image].
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Software")]
pub struct SoftwareRecord {
    /// Its name.
    pub name: String,
    /// Its version, as its manager writes it.
    pub version: String,
    /// The first version without the worst of its findings; null without one.
    pub fix_version: Option<String>,
    /// `STATIC` or `DYNAMIC`.
    pub scan_type: String,
    /// The file that tells of it.
    pub package_path: String,
    /// Its findings; null where they were not looked for.
    pub vulnerabilities: Option<SeverityCounts>,
}

/// All packages of a scan, in the order of the inventory.
#[must_use]
pub fn all(scan: &KeptScan) -> Vec<SoftwareRecord> {
    let mut found: BTreeMap<_, Vec<(u8, Option<&String>)>> = BTreeMap::new();
    for one in scan.vulnerabilities.iter().flatten() {
        let key = (one.package.as_str(), one.version.as_str(), one.path.as_str());
        found.entry(key).or_default().push((one.severity, one.fixed.as_ref()));
    }
    let record = |located: &bartizan_image::inventory::Located| {
        let package = &located.package;
        let own = found.get(&(package.name.as_str(), package.version.as_str(), located.path.as_str()));
        let own = own.map_or(&[][..], Vec::as_slice);
        let worst = own.iter().filter(|(_, fixed)| fixed.is_some()).max_by_key(|(severity, _)| *severity);
        SoftwareRecord {
            name: package.name.clone(),
            version: package.version.clone(),
            fix_version: worst.and_then(|(_, fixed)| fixed.cloned()),
            scan_type: word(scan.report.scan_type).to_owned(),
            package_path: located.path.clone(),
            vulnerabilities: scan
                .vulnerabilities
                .is_some()
                .then(|| SeverityCounts::of(own.iter().map(|(severity, _)| *severity))),
        }
    };
    scan.report.inventory.packages.iter().map(record).collect()
}
