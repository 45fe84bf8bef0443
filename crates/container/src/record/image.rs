//! An image as the vendor lists it.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_wire::Shape;
use serde::Serialize;

use super::software::SoftwareRecord;
use super::text;
use crate::engine::{Name, Reference};
use crate::known::{KnownImage, Summary};
use crate::listing::Listed;
use crate::observe::ScanType;

/// Characters of an image's id: the beginning of its digest.
const ID_CHARACTERS: usize = 12;

/// A name with a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Shape, Serialize)]
#[shape(name = "Repo")]
pub struct Repo {
    /// Null for an image that was built here.
    pub registry: Option<String>,
    /// Such as `library/nginx`.
    pub repository: String,
    /// Such as `1.27`.
    pub tag: String,
}

/// A name with a digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Shape, Serialize)]
#[shape(name = "RepoDigest")]
pub struct RepoDigest {
    /// Null for an image that was built here.
    pub registry: Option<String>,
    /// Such as `library/nginx`.
    pub repository: String,
    /// `sha256:..` of the manifest.
    pub digest: String,
}

/// How many findings of each severity; 5 is the worst.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "SeverityCounts")]
pub struct SeverityCounts {
    /// Minimal.
    pub severity1_count: i64,
    /// Low.
    pub severity2_count: i64,
    /// Medium.
    pub severity3_count: i64,
    /// High.
    pub severity4_count: i64,
    /// Critical.
    pub severity5_count: i64,
}

impl SeverityCounts {
    /// Of some severities.
    #[must_use]
    pub fn of(severities: impl IntoIterator<Item = u8>) -> Self {
        let mut counts = Self::default();
        for severity in severities {
            let count = match severity {
                5.. => &mut counts.severity5_count,
                4 => &mut counts.severity4_count,
                3 => &mut counts.severity3_count,
                2 => &mut counts.severity2_count,
                _ => &mut counts.severity1_count,
            };
            *count += 1;
        }
        counts
    }
}

/// The host on which an image was found last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "FoundOnHost")]
pub struct FoundOnHost {
    /// Its name.
    pub hostname: String,
    /// Its address, if it is known.
    pub ip_address: Option<String>,
    /// The sensor on it.
    pub sensor_uuid: String,
    /// The same: hosts have no other id here.
    pub uuid: String,
}

/// An image [container security API, images].
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Image")]
pub struct ImageRecord {
    /// The digest of its configuration, 64 hexadecimal digits.
    pub sha: String,
    /// The first twelve of them.
    pub image_id: String,
    /// The same as the digest: images have no other id here.
    pub uuid: String,
    /// When it was made, or seen first where it does not say so.
    pub created: String,
    /// When something about it was last learnt: when it was seen first, or scanned.
    pub updated: String,
    /// Its names with tags.
    pub repo: Vec<Repo>,
    /// Its names with digests.
    pub repo_digests: Vec<RepoDigest>,
    /// Stored bytes of its layers.
    pub size: i64,
    /// What it runs on.
    pub architecture: String,
    /// Its findings; null where they were not looked for.
    pub vulnerabilities: Option<SeverityCounts>,
    /// Containers that run it.
    pub associated_containers_count: i64,
    /// Hosts that have it.
    pub associated_hosts_count: i64,
    /// When it was last scanned.
    pub last_vm_scan_date: Option<String>,
    /// The same.
    pub last_scanned: Option<String>,
    /// The registries that it was found in.
    pub registry_uuid: Vec<String>,
    /// The types of the sensors that found it, in capitals.
    pub source: Vec<String>,
    /// `STATIC` or `DYNAMIC`.
    pub scan_types: Vec<String>,
    /// `SUCCESS`, `FAILED`, `EXCLUDED`, or null before the first scan.
    pub scan_status: Option<String>,
    /// Why it was not scanned, why a scan failed, or why it was not scanned in the way that the scanning policy asks for first, if
    /// it says. Beside what the vendor answers.
    pub scan_status_reason: Option<String>,
    /// The pattern that leaves it out, if one does. Beside what the vendor answers.
    pub excluded_by: Option<String>,
    /// Where it was found last.
    pub last_found_on_host: Option<FoundOnHost>,
    /// The system in it; of one image alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating_system: Option<String>,
    /// Its layers from the bottom to the top; of one image alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<LayerRecord>>,
    /// The hosts that have it; of one image alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Vec<FoundOnHost>>,
    /// Its packages; of one image alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub softwares: Option<Vec<SoftwareRecord>>,
    /// What could not be judged of it; of one image alone. Beside what the vendor answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<Vec<String>>,
}

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Layer")]
pub struct LayerRecord {
    /// Of the uncompressed bytes; empty if it is not known.
    pub sha: String,
    /// Stored bytes.
    pub size: i64,
    /// The command that made it.
    pub created_by: String,
    /// Counted from 0 at the bottom.
    pub layer_number: i32,
}

impl Listed for ImageRecord {
    fn place(&self) -> (i64, &str) {
        (self.updated.parse().unwrap_or_default(), &self.uuid)
    }
}

/// What a record needs from beside the image.
pub(crate) struct Around<'a> {
    /// What is known of a sensor: its type in capitals, its host's name and address.
    pub(crate) sensors: &'a BTreeMap<String, (String, String, Option<String>)>,
    /// Containers by image.
    pub(crate) containers: &'a BTreeMap<String, i64>,
}

impl Around<'_> {
    /// The host of a sensor.
    pub(crate) fn host(&self, sensor: &str) -> FoundOnHost {
        let (_, hostname, ip_address) = self.sensors.get(sensor).cloned().unwrap_or_default();
        FoundOnHost { hostname, ip_address, sensor_uuid: sensor.to_owned(), uuid: sensor.to_owned() }
    }
}

impl ImageRecord {
    /// An image that some sensor has.
    pub(crate) fn of(sha: &str, image: &KnownImage, around: &Around<'_>) -> Self {
        let found = || image.by_sensor.values();
        let names: BTreeSet<Name> = found().flat_map(|found| &found.names).map(|name| Name::parse(name)).collect();
        let registry = |name: &Name| Some(name.registry.to_string()).filter(|registry| !registry.is_empty());
        let (mut repo, mut repo_digests) = (Vec::new(), Vec::new());
        for name in &names {
            let (registry, repository) = (registry(name), name.repository.to_string());
            match &name.reference {
                Reference::Tag(tag) => repo.push(Repo { registry, repository, tag: tag.to_string() }),
                Reference::Digest(digest) => {
                    repo_digests.push(RepoDigest { registry, repository, digest: digest.to_string() });
                }
            }
        }
        let scan = image.scan.as_deref();
        let seen = found().map(|found| found.seen).min().unwrap_or_default();
        let latest = image.by_sensor.iter().max_by_key(|(_, found)| found.seen);
        let scanned = scan.map(|scan| text(scan.at));
        let skipped = found().find_map(|found| found.skipped.as_ref()).filter(|_| scan.is_none());
        let failed = found().find_map(|found| found.failed.as_ref());
        let status = match (failed, scan, skipped) {
            (Some(_), ..) => Some("FAILED"),
            (_, Some(_), _) => Some("SUCCESS"),
            (.., Some(skipped)) if skipped.pattern.is_some() => Some("EXCLUDED"),
            _ => None,
        };
        let mut source: Vec<String> =
            image.by_sensor.keys().filter_map(|id| around.sensors.get(&**id)).map(|(kind, ..)| kind.clone()).collect();
        source.sort_unstable();
        source.dedup();
        let host = latest.map(|(id, _)| around.host(id));
        let registries: BTreeSet<&String> = found().flat_map(|found| &found.registries).collect();
        Self {
            sha: sha.to_owned(),
            image_id: sha.get(..ID_CHARACTERS).unwrap_or(sha).to_owned(),
            uuid: sha.to_owned(),
            created: text(found().find_map(|found| found.made).unwrap_or(seen)),
            updated: text(scan.map_or(seen, |scan| scan.at.max(seen))),
            repo,
            repo_digests,
            size: found().map(|found| found.size).max().and_then(|size| i64::try_from(size).ok()).unwrap_or(0),
            architecture: found().map(|found| found.platform.clone()).next().unwrap_or_default(),
            vulnerabilities: scan.and_then(counts),
            associated_containers_count: around.containers.get(sha).copied().unwrap_or(0),
            associated_hosts_count: i64::try_from(image.by_sensor.len()).unwrap_or(i64::MAX),
            last_vm_scan_date: scanned.clone(),
            last_scanned: scanned,
            registry_uuid: registries.into_iter().cloned().collect(),
            source,
            scan_types: scan.map(|scan| word(scan.scan_type).to_owned()).into_iter().collect(),
            scan_status: status.map(str::to_owned),
            scan_status_reason: failed
                .cloned()
                .or_else(|| skipped.map(|skipped| skipped.why.clone()))
                .or_else(|| scan?.fallback.as_deref().map(str::to_owned)),
            excluded_by: found().find_map(|found| found.skipped.as_ref()?.pattern.clone()),
            last_found_on_host: host,
            operating_system: None,
            layers: None,
            host: None,
            softwares: None,
            unjudged: None,
        }
    }
}

fn counts(scan: &Summary) -> Option<SeverityCounts> {
    let found = scan.vulnerabilities.as_ref()?;
    Some(SeverityCounts::of(found.iter().map(|one| one.severity)))
}

/// As the vendor spells it.
pub(crate) fn word(scan_type: ScanType) -> &'static str {
    match scan_type {
        ScanType::Static => "STATIC",
        ScanType::Dynamic => "DYNAMIC",
    }
}
