//! Small worlds.

use bartizan_container::engine::{Image, Name, Reference, Sensor, World};
use bartizan_wire::Timestamp;

pub(crate) const HOUR: i64 = 3_600_000;

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::from_iso8601(text).unwrap()
}

/// Reads `registry.example/library/nginx:1.27` and `..@sha256:..`.
pub(crate) fn name(text: &str) -> Name {
    let (registry, rest) = text.split_once('/').unwrap();
    let (repository, reference) = match rest.split_once('@') {
        Some((repository, digest)) => (repository, Reference::Digest(digest.into())),
        None => rest.split_once(':').map(|(repository, tag)| (repository, Reference::Tag(tag.into()))).unwrap(),
    };
    Name { registry: registry.into(), repository: repository.into(), reference }
}

pub(crate) fn image(number: usize, names: &[&str]) -> Image {
    Image {
        sha: format!("{number:064x}").into(),
        names: names.iter().map(|text| name(text)).collect(),
        seen: at("2026-11-01T00:00:00Z"),
        sensors: vec![0],
        ..Image::default()
    }
}

pub(crate) fn world(images: Vec<Image>) -> World {
    // A Thursday.
    let now = at("2026-11-26T12:00:00Z");
    World { now, sensors: vec![Sensor { id: "s".into(), heard: Some(now) }], images, ..World::default() }
}
