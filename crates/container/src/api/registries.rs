//! What operations on registries have in common.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_policy::{Cx, Held, lifecycle};
use bartizan_wire::{Json, Timestamp};
use serde_json::json;

use crate::api::images;
use crate::errors::ContainerError;
use crate::record::image::{ImageRecord, SeverityCounts};
use crate::record::registry::{RegistryRecord, RepositoryRecord, ScheduleRecord};
use crate::registry::{JOBS, Job, Registries, Schedules};
use crate::room::ContainerRoom;

/// One registry.
pub(super) async fn find(cx: &Cx, id: &str) -> Result<Held<Registries>, ContainerError> {
    lifecycle::find::<Registries>(cx, id).await?.ok_or_else(|| absent(id))
}

pub(super) fn absent(id: &str) -> ContainerError {
    ContainerError::NotFound(format!("there is no registry {id}"))
}

/// What sensors found in one place: images, those that were scanned, those with findings.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    images: i64,
    scanned: i64,
    vulnerable: i64,
}

impl Counts {
    fn add(&mut self, image: &ImageRecord) {
        self.images += 1;
        self.scanned += i64::from(image.last_scanned.is_some());
        self.vulnerable += i64::from(image.vulnerabilities.is_some_and(|counts| counts != SeverityCounts::default()));
    }
}

/// All registries with what sensors found in them, by id.
pub(super) async fn records(room: &ContainerRoom, cx: &Cx) -> Result<Vec<RegistryRecord>, ContainerError> {
    let images = images::records(room, cx).await?;
    let mut found: BTreeMap<&str, (Counts, BTreeSet<&str>)> = BTreeMap::new();
    for image in &images {
        for registry in &image.registry_uuid {
            let (counts, repositories) = found.entry(registry).or_default();
            counts.add(image);
            repositories.extend(image.repo.iter().map(|repo| repo.repository.as_str()));
        }
    }
    let mut records = Vec::new();
    for held in lifecycle::list::<Registries>(cx, "").await? {
        let mut record = RegistryRecord::of(&held.document, held.entry.stamp.at.0);
        if let Some((counts, repositories)) = found.get(record.registry_uuid.as_str()) {
            record.repo_count = i64::try_from(repositories.len()).unwrap_or(i64::MAX);
            record.total_images = counts.images;
            record.total_scanned_images = counts.scanned;
            record.total_vulnerable_images = counts.vulnerable;
        }
        let mut states: BTreeMap<String, i64> = BTreeMap::new();
        let mut last: Option<Timestamp> = None;
        for schedule in schedules(cx, &record.registry_uuid).await? {
            let ended = schedule.job_completion_date.as_deref().and_then(|at| at.parse().ok()).map(Timestamp);
            last = last.max(ended);
            *states.entry(schedule.status).or_default() += 1;
        }
        record.last_scanned = last.map(crate::record::text);
        record.schedule_status_list = Json::from(&json!(states));
        records.push(record);
    }
    Ok(records)
}

/// The repositories of a registry that sensors have found images in, by name.
pub(super) async fn repositories(
    room: &ContainerRoom,
    cx: &Cx,
    registry: &str,
) -> Result<Vec<RepositoryRecord>, ContainerError> {
    let images = images::records(room, cx).await?;
    let mut found: BTreeMap<&str, Counts> = BTreeMap::new();
    for image in images.iter().filter(|image| image.registry_uuid.iter().any(|id| id == registry)) {
        let names: BTreeSet<&str> = image.repo.iter().map(|repo| repo.repository.as_str()).collect();
        for name in names {
            found.entry(name).or_default().add(image);
        }
    }
    let record = |(name, counts): (&str, Counts)| RepositoryRecord {
        repo_name: name.to_owned(),
        total_images: counts.images,
        total_scanned_images: counts.scanned,
        total_vulnerable_images: counts.vulnerable,
    };
    Ok(found.into_iter().map(record).collect())
}

/// One schedule.
pub(super) async fn schedule(cx: &Cx, registry: &str, id: &str) -> Result<Held<Schedules>, ContainerError> {
    find(cx, registry).await?;
    let held = lifecycle::find::<Schedules>(cx, &Schedules::name(registry, id)).await?;
    held.ok_or_else(|| ContainerError::NotFound(format!("the registry has no schedule {id}")))
}

/// The schedules of a registry, and how their latest runs went.
pub(super) async fn schedules(cx: &Cx, registry: &str) -> Result<Vec<ScheduleRecord>, ContainerError> {
    let mut records = Vec::new();
    for held in lifecycle::list::<Schedules>(cx, &Schedules::name(registry, "")).await? {
        let posting = cx.board.find(&cx.realm, JOBS, &held.entry.key.name).await?;
        // What cannot be read says nothing of the latest run, and the next one replaces it.
        let job: Option<Job> = posting.and_then(|posting| serde_json::from_slice(&posting.body).ok());
        let updated = held.entry.stamp.at.0;
        records.push(ScheduleRecord::of(held.document.into_inner(), updated, job));
    }
    Ok(records)
}
