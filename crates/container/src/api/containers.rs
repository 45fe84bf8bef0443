//! What operations on containers have in common.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_policy::Cx;
use bartizan_wire::Timestamp;

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::known::{KeptScan, Known};
use crate::observe::FoundContainer;
use crate::record::container::ContainerRecord;
use crate::record::image::Around;
use crate::record::{software, vulnerability};
use crate::room::{ContainerRoom, kept_scan};
use crate::sensor::Sensor;

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

/// One container with all that is known of it.
pub(super) async fn details(room: &ContainerRoom, cx: &Cx, sha: &str) -> Result<ContainerRecord, ContainerError> {
    let found = records(room, cx).await?.into_iter().find(|record| record.sha == sha);
    let mut record = found.ok_or_else(|| absent(sha))?;
    if let Ok(scan) = scan(room, cx, sha).await? {
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
    let propagating = propagating(cx).await?;
    let shown = room.read(&cx.realm, |known| {
        let (sensor, found) = known.containers().find(|(_, found)| found.id == sha)?;
        let shown = shown(known, found, propagating.contains(sensor));
        Some(shown.and_then(|_| found.image_sha.clone().ok_or(UNKNOWN)))
    });
    match shown.ok_or_else(|| absent(sha))? {
        Ok(image) => Ok(kept_scan(cx, &image).await?.ok_or(UNSCANNED)),
        Err(why) => Ok(Err(why)),
    }
}

fn absent(sha: &str) -> ContainerError {
    ContainerError::NotFound(format!("there is no container {sha}"))
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
    let sensors = api::sensors(cx).await?.into_iter().map(|held| held.document.into_inner());
    let propagates = |sensor: &Sensor| {
        let followed = sensor.followed(|id| profiles.contains_key(id));
        profiles.get(&followed).copied().unwrap_or(false)
    };
    Ok(sensors.filter(propagates).map(|sensor| sensor.sensor_id).collect())
}
