//! What operations on containers have in common.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_policy::Cx;
use bartizan_wire::Timestamp;

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::known::{KeptScan, Known};
use crate::observe::FoundContainer;
use crate::profile::builtin;
use crate::record::container::ContainerRecord;
use crate::record::image::Around;
use crate::record::{software, vulnerability};
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
            let shown = shown(known, found, propagating.contains(sensor)).ok();
            let source = sensors.get(sensor).map(|(kind, ..)| kind.clone());
            ContainerRecord::of(found, around.host(sensor), source, shown)
        };
        known.containers().map(record).collect()
    }))
}

/// One container.
async fn find(room: &ContainerRoom, cx: &Cx, sha: &str) -> Result<ContainerRecord, ContainerError> {
    let found = records(room, cx).await?.into_iter().find(|record| record.sha == sha);
    found.ok_or_else(|| ContainerError::NotFound(format!("there is no container {sha}")))
}

/// One container with all that is known of it.
pub(super) async fn details(room: &ContainerRoom, cx: &Cx, sha: &str) -> Result<ContainerRecord, ContainerError> {
    let mut record = find(room, cx, sha).await?;
    if let Ok(scan) = scan_of(cx, &record).await? {
        record.vulnerabilities = vulnerability::all(&scan);
        record.softwares = Some(software::all(&scan));
    }
    Ok(record)
}

/// The scan whose findings are shown on a container; or why none are.
pub(super) async fn scan(
    room: &ContainerRoom,
    cx: &Cx,
    sha: &str,
) -> Result<Result<KeptScan, &'static str>, ContainerError> {
    let record = find(room, cx, sha).await?;
    if let Ok(scan) = scan_of(cx, &record).await? {
        return Ok(Ok(scan));
    }
    let propagating = propagating(cx).await?;
    Ok(Err(room.read(&cx.realm, |known| {
        let found = known.containers().find(|(_, found)| found.id == sha);
        let why = found.map(|(sensor, found)| shown(known, found, propagating.contains(sensor)));
        why.and_then(Result::err).unwrap_or(UNKNOWN)
    })))
}

async fn scan_of(cx: &Cx, record: &ContainerRecord) -> Result<Result<KeptScan, ()>, ContainerError> {
    match record.image_sha.as_deref().filter(|_| record.last_scanned.is_some()) {
        Some(image) => Ok(kept_scan(cx, image).await?.ok_or(())),
        None => Ok(Err(())),
    }
}

/// When a container's image was scanned, by the digest that its engine tells; or why its findings are not shown.
fn shown(known: &Known, found: &FoundContainer, propagates: bool) -> Result<Timestamp, &'static str> {
    if !propagates {
        return Err(OFF);
    }
    let sha = found.image_sha.as_deref().ok_or(UNKNOWN)?;
    let scan = known.scan(sha).ok_or(if known.image(sha).is_some() { UNSCANNED } else { UNKNOWN })?;
    if scan.vulnerabilities.is_some() { Ok(scan.at) } else { Err(UNJUDGED) }
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
