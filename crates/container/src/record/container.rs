//! A container as the vendor lists it.

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use super::image::FoundOnHost;
use super::software::SoftwareRecord;
use super::text;
use super::vulnerability::VulnRecord;
use crate::listing::Listed;
use crate::observe::FoundContainer;

/// Characters of a container's short id.
const ID_CHARACTERS: usize = 12;

/// A container [container security API, containers]. It has no members but the vendor's: a published client refuses others.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Container")]
pub struct ContainerRecord {
    /// Its id, 64 hexadecimal digits.
    pub sha: String,
    /// The same: containers have no other id here.
    pub uuid: String,
    /// The first twelve of them.
    pub container_id: String,
    /// What it is called.
    pub name: String,
    /// The digest of its image's configuration, if its engine tells it.
    pub image_sha: Option<String>,
    /// The first twelve of its digits.
    pub image_id: Option<String>,
    /// The same as the digest: images have no other id here.
    pub image_uuid: Option<String>,
    /// `RUNNING`, `STOPPED`, `PAUSED`, `CREATED` or `UNKNOWN`.
    pub state: String,
    /// When it was made.
    pub created: Option<String>,
    /// The same: of changes of a container nothing is learnt here.
    pub updated: Option<String>,
    /// The command that it runs.
    pub command: String,
    /// Where it is.
    pub host: FoundOnHost,
    /// The type of the sensor that found it, in capitals.
    pub source: Option<String>,
    /// When its image was last scanned, if its findings are shown on it.
    pub last_scanned: Option<String>,
    /// Findings that are shown on it; of one container alone, and null where none are.
    pub vulnerabilities: Option<Vec<VulnRecord>>,
    /// Packages of its image, if its findings are shown; of one container alone.
    pub softwares: Option<Vec<SoftwareRecord>>,
}

impl ContainerRecord {
    /// A container on a host, without what is of one container alone. `shown` is when its image was scanned.
    pub(crate) fn of(
        found: &FoundContainer,
        host: FoundOnHost,
        source: Option<String>,
        shown: Option<Timestamp>,
    ) -> Self {
        let short = |id: &str| id.get(..ID_CHARACTERS).unwrap_or(id).to_owned();
        Self {
            sha: found.id.clone(),
            uuid: found.id.clone(),
            container_id: short(&found.id),
            name: found.name.clone(),
            image_id: found.image_sha.as_deref().map(short),
            image_uuid: found.image_sha.clone(),
            image_sha: found.image_sha.clone(),
            state: found.state.clone(),
            created: found.created.map(text),
            updated: found.created.map(text),
            command: found.command.clone(),
            host,
            source,
            last_scanned: shown.map(text),
            vulnerabilities: None,
            softwares: None,
        }
    }
}

impl Listed for ContainerRecord {
    fn place(&self) -> (i64, &str) {
        (self.updated.as_deref().and_then(|at| at.parse().ok()).unwrap_or_default(), &self.uuid)
    }
}
