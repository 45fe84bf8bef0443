//! What was found, in the forms that others read: an own JSON, SARIF 2.1.0, CycloneDX 1.6 with VEX, SPDX 2.3.

mod cyclonedx;
mod json;
mod sarif;
mod spdx;

use serde_json::Value;

use crate::digest::Digest;
use crate::feed::Severity;
use crate::inventory::Located;
use crate::judge::{Finding, Judged};
use crate::package::purl::purl;
use crate::scan::Scanned;

/// The forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Our own, with everything.
    Json,
    /// For code scanners.
    Sarif,
    /// A bill of materials with vulnerabilities.
    CycloneDx,
    /// A bill of materials.
    Spdx,
}

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What is in the image.
    pub scanned: &'a Scanned,
    /// What is wrong with it; `None` if no feed was given.
    pub judged: Option<&'a Judged>,
    /// As it was named to us.
    pub target: &'a str,
    /// When, in UTC, in whole seconds: `2026-11-26T05:00:00Z`.
    pub time: &'a str,
    /// Of this program.
    pub version: &'a str,
}

impl Report<'_> {
    /// In a form.
    #[must_use]
    pub fn render(&self, form: Form) -> Value {
        match form {
            Form::Json => json::render(self),
            Form::Sarif => sarif::render(self),
            Form::CycloneDx => cyclonedx::render(self),
            Form::Spdx => spdx::render(self),
        }
    }

    fn findings(&self) -> &[Finding] {
        self.judged.map_or(&[], |judged| &judged.findings)
    }

    fn package(&self, place: usize) -> Option<&Located> {
        self.scanned.inventory.packages.get(place)
    }

    fn purl(&self, located: &Located) -> String {
        purl(&located.package, self.scanned.inventory.release.as_ref())
    }

    /// The image's name for people.
    fn name(&self) -> &str {
        self.scanned.image.names.first().map_or(self.target, String::as_str)
    }

    /// Everything that could not be judged, one text each.
    #[must_use]
    pub fn blind(&self) -> Vec<String> {
        let spots = self.scanned.inventory.blind.iter().map(|blind| {
            let layer = blind.layer.map_or_else(String::new, |layer| format!("layer {layer}: "));
            let path = if blind.path.is_empty() { String::new() } else { format!("{}: ", blind.path) };
            format!("{layer}{path}{}", blind.why)
        });
        let unjudged = self.judged.iter().flat_map(|judged| &judged.unjudged).map(|unjudged| {
            let advisory = unjudged.advisory.as_ref().map_or_else(String::new, |advisory| format!("{advisory}: "));
            let first = unjudged.packages.iter().filter_map(|place| self.package(*place)).take(3);
            let names: Vec<&str> = first.map(|located| located.package.name.as_str()).collect();
            let packages = match unjudged.packages.len() {
                0 => String::new(),
                count if count <= names.len() => format!(" ({})", names.join(", ")),
                count => format!(" ({} and {} more)", names.join(", "), count - names.len()),
            };
            format!("{advisory}{}{packages}", unjudged.why)
        });
        let mut all: Vec<String> = spots.chain(unjudged).collect();
        if self.judged.is_none() {
            all.push("no feed was given, so no vulnerability was looked for".to_owned());
        }
        all
    }

    /// A name for this report that no other has: of the image, the time and what was found.
    fn uuid(&self) -> String {
        let text = format!("{} {} {}", self.scanned.image.id, self.time, self.findings().len());
        let hex = Digest::of(text.as_bytes()).hex();
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        // Version 8, made by a rule of our own, and the variant of RFC 9562.
        format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
    }
}

/// Where people read about a vulnerability.
fn address(id: &str) -> String {
    if id.starts_with("CVE-") {
        return format!("https://nvd.nist.gov/vuln/detail/{id}");
    }
    format!("https://osv.dev/vulnerability/{id}")
}

fn word(severity: Option<Severity>) -> &'static str {
    severity.map_or("unknown", Severity::word)
}
