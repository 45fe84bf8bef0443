//! Patches as `DescribeAvailablePatches` and `DescribeEffectivePatchesForPatchBaseline` show them: versions of packages
//! that the indices of the realm's own hosts offer.

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use crate::deb::Version;
use crate::engine::{VersionView, is_security};

/// A patch [SSM API reference]. What Windows updates alone have is never answered.
#[derive(Debug, Clone, Default, PartialEq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Patch {
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=100)]
    pub id: Option<String>,
    /// Package indices of apt give none.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub release_date: Option<Timestamp>,
    /// `name.arch:version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_url: Option<String>,
    /// Who publishes it: `Debian`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_family: Option<String>,
    /// For which product it is offered: `Debian12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// `Security`, where an origin says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classification: Option<String>,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msrc_severity: Option<String>,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kb_number: Option<String>,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msrc_number: Option<String>,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Package indices of apt name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advisory_ids: Option<Vec<String>>,
    /// Package indices of apt name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bugzilla_ids: Option<Vec<String>>,
    /// Package indices of apt name none.
    #[serde(rename = "CVEIds", skip_serializing_if = "Option::is_none")]
    pub cve_ids: Option<Vec<String>>,
    /// Of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<i32>,
    /// Without epoch and revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// `amd64`, `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// For apt families the priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Where it is offered: `bookworm-security`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

impl Patch {
    /// An offered version.
    #[must_use]
    pub fn of(product: &str, name: &str, version: &VersionView<'_>) -> Self {
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let parsed = Version::parse(version.version).ok();
        // Of several origins the one that makes it a security update speaks for it.
        let security = is_security(version);
        let speaks = version.origins.iter().find(|origin| security && origin.archive.contains("security"));
        let origin = speaks.or(version.origins.first());
        Self {
            title: Some(format!("{name}.{}:{}", version.architecture, version.version)),
            vendor: origin.and_then(|origin| said(&origin.origin)),
            product: said(product),
            classification: security.then(|| "Security".to_owned()),
            name: said(name),
            epoch: parsed.as_ref().and_then(|parsed| i32::try_from(parsed.epoch()).ok()),
            version: parsed.as_ref().and_then(|parsed| said(parsed.upstream())),
            release: parsed.as_ref().and_then(|parsed| parsed.revision()).and_then(said),
            arch: said(version.architecture),
            severity: said(version.priority),
            repository: origin.and_then(|origin| said(repository(&origin.codename, &origin.archive))),
            ..Self::default()
        }
    }

    /// In which order patches are listed.
    #[must_use]
    pub fn key(product: &str, name: &str, version: &VersionView<'_>) -> String {
        format!("{product}\u{0}{name}\u{0}{}\u{0}{}", version.architecture, version.version)
    }
}

/// The codename says the same every year, which `oldstable-security` does not.
fn repository<'a>(codename: &'a str, archive: &'a str) -> &'a str {
    if codename.is_empty() { archive } else { codename }
}
