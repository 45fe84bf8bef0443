//! What operations on images have in common.

use std::collections::BTreeMap;

use bartizan_policy::{Cx, postings};

use crate::api;
use crate::errors::ContainerError;
use crate::known::{HOSTS, KeptScan, Known};
use crate::observe::HostReport;
use crate::record::image::{Around, FoundOnHost, ImageRecord, LayerRecord};
use crate::record::software;
use crate::room::{ContainerRoom, kept_scan};

/// All images that some sensor has, by digest.
pub(super) async fn records(room: &ContainerRoom, cx: &Cx) -> Result<Vec<ImageRecord>, ContainerError> {
    let sensors = sensors(room, cx).await?;
    Ok(room.read(&cx.realm, |known| {
        let containers = by_image(known);
        let around = Around { sensors: &sensors, containers: &containers };
        known.images().map(|(sha, image)| ImageRecord::of(sha, image, &around)).collect()
    }))
}

/// One image with all that is known of it.
pub(super) async fn details(room: &ContainerRoom, cx: &Cx, sha: &str) -> Result<ImageRecord, ContainerError> {
    let sensors = sensors(room, cx).await?;
    let found = room.read(&cx.realm, |known| {
        let containers = by_image(known);
        let around = Around { sensors: &sensors, containers: &containers };
        let image = known.image(sha)?;
        let hosts: Vec<FoundOnHost> = image.by_sensor.keys().map(|sensor| around.host(sensor)).collect();
        Some((ImageRecord::of(sha, image, &around), hosts))
    });
    let (mut record, hosts) = found.ok_or_else(|| absent(sha))?;
    if let Some(host) = hosts.first() {
        let report: Option<HostReport> = postings::kept(cx, HOSTS, &host.sensor_uuid).await?;
        let images = report.map(|report| report.images).unwrap_or_default();
        let layers = images.into_iter().find(|image| image.sha == sha).map(|image| image.layers).unwrap_or_default();
        let layers = (0..).zip(layers).map(|(layer_number, layer)| LayerRecord {
            sha: layer.sha,
            size: i64::try_from(layer.size).unwrap_or(i64::MAX),
            created_by: layer.created_by,
            layer_number,
        });
        record.layers = Some(layers.collect());
    }
    record.host = Some(hosts);
    if let Some(scan) = kept_scan(cx, sha).await? {
        record.operating_system = scan.report.inventory.release.as_ref().map(bartizan_image::inventory::Release::shown);
        record.softwares = Some(software::all(&scan));
        let blind = scan.report.inventory.blind.iter().map(|blind| format!("{} {}", blind.path, blind.why));
        record.unjudged = Some(blind.chain(scan.unjudged.iter().cloned()).map(|text| text.trim().to_owned()).collect());
    }
    Ok(record)
}

/// The latest scan of an image that some sensor has.
pub(super) async fn scan(room: &ContainerRoom, cx: &Cx, sha: &str) -> Result<Option<KeptScan>, ContainerError> {
    if room.read(&cx.realm, |known| known.image(sha).is_none()) {
        return Err(absent(sha));
    }
    Ok(kept_scan(cx, sha).await?)
}

fn absent(sha: &str) -> ContainerError {
    ContainerError::NotFound(format!("there is no image {sha}"))
}

/// What is known of sensors: their types in capitals, their hosts' names and addresses.
pub(super) async fn sensors(
    room: &ContainerRoom,
    cx: &Cx,
) -> Result<BTreeMap<String, (String, String, Option<String>)>, ContainerError> {
    let all = api::sensors(cx).await?;
    Ok(room.read(&cx.realm, |known| {
        let one = |held: bartizan_policy::Held<crate::sensor::Sensors>| {
            let sensor = held.document.into_inner();
            let facts = known.heartbeat(&sensor.sensor_id).map(|heartbeat| &heartbeat.facts);
            let hostname = facts.map_or(sensor.hostname.clone(), |facts| facts.hostname.clone());
            let address = facts.map(|facts| facts.ip_address.clone()).filter(|address| !address.is_empty());
            (sensor.sensor_id, (sensor.sensor_type.word().to_ascii_uppercase(), hostname, address))
        };
        all.into_iter().map(one).collect()
    }))
}

/// Containers by image.
fn by_image(known: &Known) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for (_, container) in known.containers() {
        if let Some(sha) = &container.image_sha {
            *counts.entry(sha.clone()).or_default() += 1;
        }
    }
    counts
}
