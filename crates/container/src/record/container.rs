//! A container as the vendor lists it.

use bartizan_wire::Shape;
use serde::Serialize;

use super::image::{FoundOnHost, SeverityCounts};
use super::text;
use crate::listing::Listed;
use crate::observe::FoundContainer;

/// Characters of a container's short id.
const ID_CHARACTERS: usize = 12;

/// A container [container security API, containers].
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
    /// What it was started from. Beside what the vendor answers.
    pub image_name: Option<String>,
    /// `RUNNING`, `STOPPED`, `PAUSED`, `CREATED` or `UNKNOWN`.
    pub state: String,
    /// When it was made.
    pub created: Option<String>,
    /// The same, or empty: of changes of a container nothing is learnt here.
    pub updated: String,
    /// The command that it runs.
    pub command: String,
    /// Where it is.
    pub host: FoundOnHost,
    /// Findings that are shown on it; null where none are.
    pub vulnerabilities: Option<SeverityCounts>,
    /// `IMAGE` where they are those of its image, by the profile's `isVulnPropagation`; null where none are shown. Beside what
    /// the vendor answers.
    pub vulnerabilities_from: Option<String>,
    /// Why none are shown. Beside what the vendor answers.
    pub vulnerabilities_unknown: Option<String>,
}

impl ContainerRecord {
    /// A container on a host. `shown` are the findings of its image, or why none are shown.
    pub(crate) fn of(found: &FoundContainer, host: FoundOnHost, shown: Result<SeverityCounts, &str>) -> Self {
        let short = |id: &str| id.get(..ID_CHARACTERS).unwrap_or(id).to_owned();
        Self {
            sha: found.id.clone(),
            uuid: found.id.clone(),
            container_id: short(&found.id),
            name: found.name.clone(),
            image_sha: found.image_sha.clone(),
            image_id: found.image_sha.as_deref().map(short),
            image_name: found.image_name.clone(),
            state: found.state.clone(),
            created: found.created.map(text),
            updated: found.created.map(text).unwrap_or_default(),
            command: found.command.clone(),
            host,
            vulnerabilities: shown.ok(),
            vulnerabilities_from: shown.ok().map(|_| "IMAGE".to_owned()),
            vulnerabilities_unknown: shown.err().map(str::to_owned),
        }
    }
}

impl Listed for ContainerRecord {
    fn place(&self) -> (i64, &str) {
        (self.updated.parse().unwrap_or_default(), &self.uuid)
    }
}
