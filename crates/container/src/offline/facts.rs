//! Images, containers, schedules and events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_wire::Timestamp;
use serde_json::Value;

use super::{OfflineError, flag, number, records, text, texts, wrong};
use crate::engine::{
    Cadence, Choice, Container, Events, Image, Name, Reference, Schedule, Sensor, Vulnerability, World,
};
use crate::profile::window::{DAYS, minute};

/// Reads images, and the sensors that found them, into a world.
///
/// # Errors
/// It is no list of images.
pub fn images(answer: &Value, world: &mut World) -> Result<(), OfflineError> {
    let mut ids: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut sensors: BTreeMap<String, u32> = BTreeMap::new();
    for record in records(answer)? {
        let sha = text(record, "sha").ok_or_else(|| wrong("sha", "the image's digest"))?;
        let made = time(record, "created");
        let mut image = Image {
            sha: sha.into(),
            names: names(record),
            registries: texts(record, "registryUuid").into_iter().map(Into::into).collect(),
            made,
            seen: made.unwrap_or(world.now),
            scanned: time(record, "lastVmScanDate").or_else(|| time(record, "lastScanned")),
            runs: texts(record, "scanTypes").iter().any(|word| word == "DYNAMIC").then_some(true),
            ..Image::default()
        };
        if let Some(sensor) = record.get("lastFoundOnHost").and_then(|host| text(host, "sensorUuid")) {
            let next = u32::try_from(sensors.len()).unwrap_or(u32::MAX);
            let place = *sensors.entry(sensor.to_owned()).or_insert(next);
            if place == next {
                // That it called in is not in the answer; what is late is not put down to its silence.
                world.sensors.push(Sensor { id: sensor.into(), heard: Some(world.now) });
            }
            image.sensors.push(place);
        }
        match record.get("vulnerabilities") {
            Some(Value::Array(found)) => {
                image.vulnerabilities = found.iter().flat_map(|one| vulnerabilities(one, &mut ids)).collect();
            }
            Some(counts) => {
                for (severity, count) in (1..).zip(image.counted.iter_mut()) {
                    let found = number(counts, &format!("severity{severity}Count")).unwrap_or(0);
                    *count = u32::try_from(found).unwrap_or(0);
                }
            }
            None => {}
        }
        world.images.push(image);
    }
    Ok(())
}

fn names(record: &Value) -> Vec<Name> {
    let lists = [("repo", "tag"), ("repoDigests", "digest")];
    let entries = lists.into_iter().flat_map(|(list, member)| {
        record.get(list).and_then(Value::as_array).into_iter().flatten().map(move |entry| (entry, member))
    });
    let names = entries.filter_map(|(entry, member)| {
        let what = text(entry, member)?;
        let reference = if member == "tag" { Reference::Tag(what.into()) } else { Reference::Digest(what.into()) };
        let registry = text(entry, "registry").unwrap_or_default().into();
        Some(Name { registry, repository: text(entry, "repository")?.into(), reference })
    });
    names.collect()
}

/// A finding by its CVEs, or else by its QID.
fn vulnerabilities(one: &Value, ids: &mut BTreeSet<Arc<str>>) -> Vec<Vulnerability> {
    let severity = number(one, "severity").and_then(|severity| u8::try_from(severity).ok()).unwrap_or(1).clamp(1, 5);
    let mut found = texts(one, "cveids");
    if found.is_empty() {
        found.extend(number(one, "qid").map(|qid| format!("QID-{qid}")));
    }
    let found = found.into_iter().map(|id| {
        let id: Arc<str> = match ids.get(id.as_str()) {
            Some(known) => Arc::clone(known),
            None => id.into(),
        };
        ids.insert(Arc::clone(&id));
        Vulnerability { id, severity }
    });
    found.collect()
}

/// Reads containers.
///
/// # Errors
/// It is no list of containers.
pub fn containers(answer: &Value, world: &mut World) -> Result<(), OfflineError> {
    world.containers = records(answer)?
        .iter()
        .map(|record| Container {
            id: text(record, "sha").or_else(|| text(record, "containerId")).unwrap_or_default().into(),
            image_sha: text(record, "imageSha").map(Into::into),
            image_name: None,
            scanned: time(record, "lastVmScanDate").or_else(|| time(record, "lastScanned")).is_some(),
        })
        .collect();
    Ok(())
}

/// Reads an object that has for each registry's id the answer to a request for its schedules.
///
/// # Errors
/// It is none, or a schedule means nothing.
pub fn schedules(answers: &Value, world: &mut World) -> Result<(), OfflineError> {
    let answers = answers.as_object().ok_or_else(|| wrong("schedules", "an answer for each registry's id"))?;
    for (registry, answer) in answers {
        for record in records(answer)? {
            world.schedules.push(schedule(registry, record, world.now)?);
        }
    }
    Ok(())
}

fn schedule(registry: &str, record: &Value, now: Timestamp) -> Result<Schedule, OfflineError> {
    let cadence = if flag(record, "onDemand").unwrap_or(true) {
        Cadence::Once
    } else {
        let minute =
            text(record, "schedule").and_then(minute).ok_or_else(|| wrong("schedule", "a time such as 01:15"))?;
        let weekly =
            text(record, "weekDay").and_then(|word| DAYS.iter().position(|day| day.eq_ignore_ascii_case(word)));
        let days = number(record, "scheduleScanIntervalInDays").and_then(|days| u32::try_from(days).ok()).unwrap_or(1);
        match weekly.and_then(|day| u8::try_from(day).ok()) {
            Some(day) => Cadence::Weekly { day, minute },
            None => Cadence::Every { days, minute },
        }
    };
    let mut choices = Vec::new();
    for filter in record.get("filters").and_then(Value::as_array).into_iter().flatten() {
        let days = number(filter, "days").and_then(|days| u32::try_from(days).ok());
        for repository in filter.get("repoTags").and_then(Value::as_array).into_iter().flatten() {
            let repo = text(repository, "repo").unwrap_or(".*");
            let tag = text(repository, "tag").filter(|tag| !tag.is_empty()).unwrap_or(".*");
            choices.push(Choice::new(repo, tag, days).map_err(OfflineError::Member)?);
        }
    }
    let made = time(record, "created").unwrap_or(now);
    Ok(Schedule {
        registry: registry.into(),
        made,
        cadence,
        choices,
        force: flag(record, "forceScan").unwrap_or(false),
    })
}

/// Reads OCSF process activities, one a line, and counts them by program. Lines that are none are skipped; says how many.
pub fn events(lines: &str, world: &mut World) -> usize {
    let (mut counts, mut skipped) = (BTreeMap::<String, u64>::new(), 0);
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let event: Option<Value> = serde_json::from_str(line).ok();
        match event.as_ref().and_then(|event| event.pointer("/process/file/path")).and_then(Value::as_str) {
            Some(path) => *counts.entry(path.to_owned()).or_default() += 1,
            None => skipped += 1,
        }
    }
    world.events = counts.into_iter().map(|(program, count)| Events { program: program.into(), count }).collect();
    skipped
}

/// Milliseconds since the epoch, as a text or a number.
fn time(record: &Value, member: &str) -> Option<Timestamp> {
    number(record, member).filter(|at| *at > 0).map(Timestamp)
}
