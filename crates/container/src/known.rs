//! What is known of the images and containers of one realm, in memory, so that a change of a profile can be judged on all of
//! them at once. Everything here can be read again from the board.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_image::feed::About;
use bartizan_ledger::StoreError;
use bartizan_policy::packing::unpack;
use bartizan_policy::{Cx, postings};
use bartizan_wire::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::engine::{self, Name, Vulnerability};
use crate::events::{COUNTS, Counts, by_program};
use crate::observe::{Facts, FoundContainer, FoundImage, HostReport, Obeyed, ScanReport, ScanType};
use crate::vulnerability::Vuln;

/// Latest reports of sensors, by sensor.
pub const HOSTS: &str = "container/host";
/// What sensors said when they last called in, by sensor.
pub const HEARTBEATS: &str = "container/heartbeat";
/// Latest scans of images, by digest.
pub const SCANS: &str = "container/scan";
/// Days for which the scan of an image is kept that no sensor has any more: 13 months, as the vendor's default is.
pub const SCANS_KEPT_DAYS: i64 = 396;
/// Postings that are read from the board at once at start: some are large.
const LOAD_PAGE: u16 = 64;
/// A sensor that was not heard of for this long is not running: three polls of a minute.
pub const RUNNING_WITHIN_MS: i64 = 3 * 60_000;

/// What a sensor said when it last called in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// When.
    pub at: Timestamp,
    /// Its host.
    pub facts: Facts,
    /// What it does about its profile.
    pub obeyed: Obeyed,
    /// It said that it ends.
    pub stopped: bool,
}

/// A scan as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptScan {
    /// Who scanned.
    pub sensor: String,
    /// What was found.
    pub report: ScanReport,
    /// What is wrong with it; `None` where there are no feeds to judge it by.
    pub vulnerabilities: Option<Vec<Vuln>>,
    /// What could not be judged, in words.
    pub unjudged: Vec<String>,
    /// By which advisories it was judged.
    #[serde(default)]
    pub judged_by: Option<About>,
}

/// What is kept in memory of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// When it began.
    pub at: Timestamp,
    /// How.
    pub scan_type: ScanType,
    /// Why not in the way that the scanning policy asks for first, if it was another one.
    pub fallback: Option<Box<str>>,
    /// Its findings; `None` where they were not looked for.
    pub vulnerabilities: Option<Vec<Vulnerability>>,
}

/// An image, by all sensors that have it.
#[derive(Debug, Clone, Default)]
pub struct KnownImage {
    /// What each sensor says of it, without layers.
    pub by_sensor: BTreeMap<Arc<str>, Arc<FoundImage>>,
    /// The latest scan.
    pub scan: Option<Arc<Summary>>,
}

/// What a sensor says of its host, beside images.
#[derive(Debug, Default)]
struct Host {
    /// By digest.
    images: Vec<Box<str>>,
    containers: Vec<FoundContainer>,
    missed: Vec<String>,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Known {
    heartbeats: BTreeMap<Arc<str>, Arc<Heartbeat>>,
    images: BTreeMap<Box<str>, KnownImage>,
    hosts: BTreeMap<Arc<str>, Host>,
    events: BTreeMap<Arc<str>, Counts>,
    /// Ids of vulnerabilities, each once.
    ids: BTreeMap<Box<str>, Arc<str>>,
}

impl Known {
    /// Reads it from the board.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(cx: &Cx) -> Result<Self, StoreError> {
        let mut known = Self::default();
        each(cx, HEARTBEATS, |sensor, heartbeat: Heartbeat| known.hear(&sensor, heartbeat)).await?;
        each(cx, HOSTS, |sensor, report: HostReport| known.take_in(&sensor, report)).await?;
        each(cx, COUNTS, |sensor, counts: Counts| known.count(&sensor, counts)).await?;
        each(cx, SCANS, |_, scan: KeptScan| known.scanned(&scan)).await?;
        Ok(known)
    }

    /// Notes that a sensor called in.
    pub fn hear(&mut self, sensor: &str, heartbeat: Heartbeat) {
        self.heartbeats.insert(sensor.into(), Arc::new(heartbeat));
    }

    /// Replaces what a sensor said of its host.
    pub fn take_in(&mut self, sensor: &str, report: HostReport) {
        self.drop_images(sensor);
        let sensor: Arc<str> = sensor.into();
        let images = report.images.iter().map(|image| image.sha.as_str().into()).collect();
        for mut image in report.images {
            image.layers = Vec::new();
            let known = self.images.entry(image.sha.as_str().into()).or_default();
            known.by_sensor.insert(Arc::clone(&sensor), Arc::new(image));
        }
        self.hosts.insert(sensor, Host { images, containers: report.containers, missed: report.missed });
    }

    /// Replaces what is known of a sensor's events.
    pub fn count(&mut self, sensor: &str, counts: Counts) {
        self.events.insert(sensor.into(), counts);
    }

    /// What is known of a sensor's events.
    #[must_use]
    pub fn events(&self, sensor: &str) -> Option<&Counts> {
        self.events.get(sensor)
    }

    /// Notes a scan.
    pub fn scanned(&mut self, scan: &KeptScan) {
        let vulnerabilities = scan.vulnerabilities.as_ref().map(|found| {
            let mut found: Vec<Vulnerability> =
                found.iter().map(|one| Vulnerability { id: self.id(&one.id), severity: one.severity }).collect();
            // Once for each image, at its worst, however many packages have it.
            found.sort_by(|one, other| one.id.cmp(&other.id).then(other.severity.cmp(&one.severity)));
            found.dedup_by(|next, kept| next.id == kept.id);
            found
        });
        let report = &scan.report;
        let fallback = report.fallback.as_deref().map(Box::from);
        let summary = Summary { at: report.at, scan_type: report.scan_type, fallback, vulnerabilities };
        self.images.entry(scan.report.sha.as_str().into()).or_default().scan = Some(Arc::new(summary));
    }

    /// Forgets a sensor. Scans stay: their images may be on other hosts, or come back.
    pub fn forget(&mut self, sensor: &str) {
        self.drop_images(sensor);
        self.heartbeats.remove(sensor);
        self.hosts.remove(sensor);
        self.events.remove(sensor);
    }

    /// Images that no sensor has, and that were last scanned before a time.
    #[must_use]
    pub fn gone_since(&self, before: Timestamp) -> Vec<String> {
        let gone = self.images.iter().filter(|(_, image)| image.by_sensor.is_empty());
        let old = gone.filter(|(_, image)| image.scan.as_ref().is_none_or(|scan| scan.at < before));
        old.map(|(sha, _)| sha.to_string()).collect()
    }

    /// Forgets images that no sensor has.
    pub fn forget_images(&mut self, shas: &[String]) {
        for sha in shas {
            if self.images.get(sha.as_str()).is_some_and(|image| image.by_sensor.is_empty()) {
                self.images.remove(sha.as_str());
            }
        }
    }

    /// Forgets that a sensor has images; their scans stay.
    fn drop_images(&mut self, sensor: &str) {
        for sha in self.hosts.get_mut(sensor).map(|host| std::mem::take(&mut host.images)).into_iter().flatten() {
            let Some(image) = self.images.get_mut(&sha) else { continue };
            image.by_sensor.remove(sensor);
            if image.by_sensor.is_empty() && image.scan.is_none() {
                self.images.remove(&sha);
            }
        }
    }

    fn id(&mut self, id: &str) -> Arc<str> {
        if let Some(known) = self.ids.get(id) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = id.into();
        self.ids.insert(id.into(), Arc::clone(&shared));
        shared
    }

    /// What a sensor said when it last called in.
    #[must_use]
    pub fn heartbeat(&self, sensor: &str) -> Option<&Heartbeat> {
        self.heartbeats.get(sensor).map(|heartbeat| &**heartbeat)
    }

    /// Images that some sensor has, by digest.
    pub fn images(&self) -> impl Iterator<Item = (&str, &KnownImage)> {
        self.images.iter().filter(|(_, image)| !image.by_sensor.is_empty()).map(|(sha, image)| (&**sha, image))
    }

    /// An image that some sensor has.
    #[must_use]
    pub fn image(&self, sha: &str) -> Option<&KnownImage> {
        self.images.get(sha).filter(|image| !image.by_sensor.is_empty())
    }

    /// The latest scan of an image, whether or not a sensor has it still.
    #[must_use]
    pub fn scan(&self, sha: &str) -> Option<&Summary> {
        self.images.get(sha)?.scan.as_deref()
    }

    /// Containers, each with its sensor.
    pub fn containers(&self) -> impl Iterator<Item = (&str, &FoundContainer)> {
        self.hosts.iter().flat_map(|(sensor, host)| host.containers.iter().map(move |one| (&**sensor, one)))
    }

    /// How many images and containers a sensor has.
    #[must_use]
    pub fn counts(&self, sensor: &str) -> (i64, i64) {
        let wide = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.hosts.get(sensor).map_or((0, 0), |host| (wide(host.images.len()), wide(host.containers.len())))
    }

    /// What a sensor could not look into.
    #[must_use]
    pub fn missed(&self, sensor: &str) -> &[String] {
        self.hosts.get(sensor).map_or(&[], |host| host.missed.as_slice())
    }

    /// The world of some sensors and registries: their images and containers, and nothing of others.
    #[must_use]
    pub fn world(&self, sensors: &[String], registries: &BTreeSet<&str>, now: Timestamp) -> engine::World {
        let places: BTreeMap<&str, u32> = sensors.iter().map(String::as_str).zip(0..).collect();
        let mut world = engine::World { now, ..engine::World::default() };
        for sensor in sensors {
            let heard = self.heartbeat(sensor).map(|heartbeat| heartbeat.at);
            world.sensors.push(engine::Sensor { id: sensor.as_str().into(), heard });
        }
        for (sha, image) in self.images() {
            if let Some(image) = image.within(sha, &places, registries) {
                world.images.push(image);
            }
        }
        let ours = self.containers().filter(|(sensor, _)| places.contains_key(sensor));
        world.containers = ours.map(|(_, found)| container(found)).collect();
        world.events = by_program(sensors.iter().filter_map(|sensor| self.events(sensor)));
        world
    }
}

impl KnownImage {
    /// The image as some sensors have it, and whoever found it in some registries; `None` if none of them has.
    fn within(&self, sha: &str, places: &BTreeMap<&str, u32>, registries: &BTreeSet<&str>) -> Option<engine::Image> {
        let of_registry = |found: &FoundImage| found.registries.iter().any(|id| registries.contains(id.as_str()));
        let all = || self.by_sensor.iter().map(|(sensor, found)| (places.get(&**sensor), found));
        let ours = || all().filter(|(place, found)| place.is_some() || of_registry(found));
        let seen = ours().map(|(_, found)| found.seen).min()?;
        let mut names: Vec<Name> = ours().flat_map(|(_, found)| &found.names).map(|name| Name::parse(name)).collect();
        names.sort_unstable();
        names.dedup();
        let mut registries: Vec<Box<str>> =
            ours().flat_map(|(_, found)| &found.registries).map(|id| id.as_str().into()).collect();
        registries.sort_unstable();
        registries.dedup();
        let found = self.scan.as_ref().and_then(|scan| scan.vulnerabilities.clone());
        let runs = self.scan.as_ref().and_then(|scan| match (scan.scan_type, &scan.fallback) {
            (ScanType::Dynamic, _) => Some(true),
            (ScanType::Static, Some(_)) => Some(false),
            (ScanType::Static, None) => None,
        });
        Some(engine::Image {
            sha: sha.into(),
            names,
            registries,
            made: ours().find_map(|(_, found)| found.made),
            seen,
            // The sensor that scanned it longest ago is the first that has to scan it again.
            scanned: ours().map(|(_, found)| found.scanned).min().flatten(),
            runs,
            sensors: ours().filter_map(|(place, _)| place.copied()).collect(),
            vulnerabilities: found.unwrap_or_default(),
            counted: [0; 5],
        })
    }
}

/// A container as the engine has it.
fn container(found: &FoundContainer) -> engine::Container {
    engine::Container {
        id: found.id.as_str().into(),
        image_sha: found.image_sha.as_deref().map(Into::into),
        image_name: found.image_name.as_deref().map(Name::parse),
        scanned: false,
    }
}

async fn each<T: DeserializeOwned>(
    cx: &Cx,
    topic: &str,
    mut visit: impl FnMut(String, T) + Send,
) -> Result<(), StoreError> {
    postings::each(cx, topic, LOAD_PAGE, |posting| {
        visit(posting.subject, unpack(&posting.body)?);
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests;
