//! What is known to be wrong with one image, as its lists and counts have it.

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use super::image::SeverityCounts;
use super::software::{self, SoftwareRecord};
use super::vulnerability::{self, VulnRecord};
use crate::errors::ContainerError;
use crate::known::KeptScan;
use crate::listing;

/// Counts of those with a version without the vulnerability, by whether it was confirmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "PatchAvailability")]
pub struct PatchAvailability {
    /// The version that is there is one of those that are named.
    pub confirmed: SeverityCounts,
    /// None: nothing is said here that is not confirmed.
    pub potential: SeverityCounts,
}

/// Counts of vulnerabilities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "VulnSummary")]
pub struct VulnSummary {
    /// The version that is there is one of those that are named.
    pub confirmed: SeverityCounts,
    /// None: nothing is said here that is not confirmed.
    pub potential: SeverityCounts,
    /// Those of them that a newer version does not have.
    pub patch_availability: PatchAvailability,
}

/// Vulnerabilities.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Findings")]
pub struct Findings {
    /// By number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Vec<VulnRecord>>,
    /// Counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vuln_summary: Option<VulnSummary>,
    /// Why there are none, where they were not looked for. Beside what the vendor answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

impl Findings {
    /// Those of a scan.
    ///
    /// # Errors
    /// The filter, the order or the type means nothing.
    pub fn of(
        scan: Option<&KeptScan>,
        filter: Option<&str>,
        sort: Option<&str>,
        what: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, ContainerError> {
        let (details, summary) = match what.unwrap_or("ALL").to_ascii_uppercase().as_str() {
            "ALL" => (true, true),
            "DETAILS" => (true, false),
            "SUMMARY" => (false, true),
            _ => return Err(ContainerError::BadRequest("type must be SUMMARY, DETAILS or ALL".to_owned())),
        };
        let found = scan.and_then(vulnerability::all);
        let unknown = match (scan, &found) {
            (None, _) => Some("the image has not been scanned"),
            (_, None) => Some("the server has no advisories to judge images by: start it with --feed"),
            _ => None,
        };
        let found = listing::all(found.unwrap_or_default(), filter, sort, now)?;
        let counted = |wanted: &dyn Fn(&VulnRecord) -> bool| {
            let severities = found.iter().filter(|one| wanted(one)).map(|one| u8::try_from(one.severity).unwrap_or(1));
            SeverityCounts::of(severities)
        };
        let vuln_summary = VulnSummary {
            confirmed: counted(&|_| true),
            potential: SeverityCounts::default(),
            patch_availability: PatchAvailability {
                confirmed: counted(&|one| one.patch_available),
                potential: SeverityCounts::default(),
            },
        };
        Ok(Self {
            vuln_summary: summary.then_some(vuln_summary),
            details: details.then_some(found),
            unknown: unknown.map(str::to_owned),
        })
    }
}

/// Vulnerabilities of a container, by whether its image has them.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ContainerVulns")]
pub struct ContainerVulns {
    /// Those of its image.
    pub vulns: Vec<VulnRecord>,
    /// None: containers are not scanned by themselves here.
    pub drift_vulns: Vec<VulnRecord>,
}

/// Vulnerabilities of a container.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ContainerFindings")]
pub struct ContainerFindings {
    /// By number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<ContainerVulns>,
    /// Counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vuln_summary: Option<VulnSummary>,
    /// Why there are none, where they are not shown. Beside what the vendor answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

impl ContainerFindings {
    /// Those of a scan, or why none are shown.
    ///
    /// # Errors
    /// See [`Findings::of`].
    pub fn of(
        scan: Result<&KeptScan, &str>,
        filter: Option<&str>,
        sort: Option<&str>,
        what: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, ContainerError> {
        let Findings { details, vuln_summary, .. } = Findings::of(scan.ok(), filter, sort, what, now)?;
        Ok(Self {
            details: details.map(|vulns| ContainerVulns { vulns, drift_vulns: Vec::new() }),
            vuln_summary,
            unknown: scan.err().map(str::to_owned),
        })
    }
}

/// How many there are of each severity.
#[must_use]
pub fn counts(scan: Option<&KeptScan>) -> SeverityCounts {
    let found = scan.and_then(vulnerability::all).unwrap_or_default();
    SeverityCounts::of(found.iter().map(|one| u8::try_from(one.severity).unwrap_or(1)))
}

/// Packages.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "SoftwareList")]
pub struct Software {
    /// How many there are.
    pub count: i64,
    /// All of them.
    pub data: Vec<SoftwareRecord>,
    /// Packages by the worst of their findings.
    pub software_count_by_severity: SeverityCounts,
}

impl Software {
    /// Those of a scan.
    ///
    /// # Errors
    /// The filter or the order means nothing.
    pub fn of(
        scan: Option<&KeptScan>,
        filter: Option<&str>,
        sort: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, ContainerError> {
        let data = listing::all(scan.map(software::all).unwrap_or_default(), filter, sort, now)?;
        let worst = |record: &SoftwareRecord| {
            let counts = record.vulnerabilities?;
            let by_severity = [
                counts.severity5_count,
                counts.severity4_count,
                counts.severity3_count,
                counts.severity2_count,
                counts.severity1_count,
            ];
            (1..=5).rev().zip(by_severity).find(|(_, count)| *count > 0).map(|(severity, _)| severity)
        };
        let software_count_by_severity = SeverityCounts::of(data.iter().filter_map(worst));
        let count = i64::try_from(data.len()).unwrap_or(i64::MAX);
        Ok(Self { count, data, software_count_by_severity })
    }
}
