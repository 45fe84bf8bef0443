//! What operations on containers have in common.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_policy::Cx;

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::known::{KeptScan, Known};
use crate::observe::FoundContainer;
use crate::profile::builtin;
use crate::record::container::ContainerRecord;
use crate::record::image::{Around, SeverityCounts};
use crate::room::{ContainerRoom, kept_scan};

const OFF: &str = "the sensor's profile does not propagate findings of images (isVulnPropagation)";
const UNKNOWN: &str = "its image is not known here";
const UNSCANNED: &str = "its image has not been scanned";
const UNJUDGED: &str = "the server has no advisories to judge images by: start it with --feed";

/// All containers, by sensor.
pub(super) async fn records(room: &ContainerRoom, cx: &Cx) -> Result<Vec<ContainerRecord>, ContainerError> {
    let (sensors, propagating) = (images::sensors(room, cx).await?, propagating(cx).await?);
    Ok(room.read(&cx.realm, |known| {
        let around = Around { sensors: &sensors, containers: &BTreeMap::new() };
        let record = |(sensor, found): (&str, &FoundContainer)| {
            let shown = shown(known, found, propagating.contains(sensor));
            ContainerRecord::of(found, around.host(sensor), shown)
        };
        known.containers().map(record).collect()
    }))
}

/// One container.
pub(super) async fn find(room: &ContainerRoom, cx: &Cx, sha: &str) -> Result<ContainerRecord, ContainerError> {
    let found = records(room, cx).await?.into_iter().find(|record| record.sha == sha);
    found.ok_or_else(|| ContainerError::NotFound(format!("there is no container {sha}")))
}

/// The scan whose findings are shown on a container; `None` where none are.
pub(super) async fn scan(room: &ContainerRoom, cx: &Cx, sha: &str) -> Result<Option<KeptScan>, ContainerError> {
    let record = find(room, cx, sha).await?;
    match record.image_sha.filter(|_| record.vulnerabilities.is_some()) {
        Some(image) => Ok(kept_scan(cx, &image).await?),
        None => Ok(None),
    }
}

/// Findings of a container's image, by the digest that its engine tells; or why none are shown.
fn shown(known: &Known, found: &FoundContainer, propagates: bool) -> Result<SeverityCounts, &'static str> {
    if !propagates {
        return Err(OFF);
    }
    let sha = found.image_sha.as_deref().ok_or(UNKNOWN)?;
    let scan = known.scan(sha).ok_or(if known.image(sha).is_some() { UNSCANNED } else { UNKNOWN })?;
    let found = scan.vulnerabilities.as_ref().ok_or(UNJUDGED)?;
    Ok(SeverityCounts::of(found.iter().map(|one| one.severity)))
}

/// Sensors whose profile shows findings of images on containers.
async fn propagating(cx: &Cx) -> Result<BTreeSet<String>, ContainerError> {
    let profiles: BTreeMap<String, bool> = api::all(cx)
        .await?
        .into_iter()
        .map(|known| (known.profile.profile_id, known.profile.is_vuln_propagation))
        .collect();
    let sensors = api::sensors(cx).await?;
    let follows = |held: &bartizan_policy::Held<crate::sensor::Sensors>| {
        let default = builtin::id(held.document.sensor_type);
        let followed = held.document.profile_id.as_ref().filter(|id| profiles.contains_key(*id)).unwrap_or(&default);
        profiles.get(followed).copied().unwrap_or(false)
    };
    Ok(sensors.iter().filter(|held| follows(held)).map(|held| held.document.sensor_id.clone()).collect())
}
