//! The work itself: look for images, scan those that are due, report.

mod deliver;
mod events;
mod local;
mod runs;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bartizan_agent::client::CallError;
use bartizan_agent::spool::{Kind, Spool};
use bartizan_agent::{Client, Credential, clock};
use bartizan_container::engine::{self, Name, Never, Next, Schedule, next_scan};
use bartizan_container::observe::{Facts, FoundContainer, FoundImage, HostReport, Obeyed, ScanReport, Skipped};
use bartizan_container::profile::ProfileType;
use bartizan_image::layer::Cache;
use bartizan_image::scan::Scanned;
use bartizan_wire::Timestamp;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::dynamic::{Runner, Unable, Way};
use crate::find::{Finder, Place, Places};
use crate::log;
use crate::memory::{Memory, Shelf};
use crate::orders::Orders;
use crate::runtime::Watch;
use crate::sensor::{Pace, SensorError};

/// Between looks for events.
const EVENTS_EVERY: Duration = Duration::from_secs(1);
/// Scans after which what is remembered is written.
const SAVE_EVERY: u64 = 64;
/// How long a scan that failed waits until it is tried again, in milliseconds.
const RETRY_FAILED_MS: i64 = 10 * 60_000;

/// What carries orders out.
#[derive(Debug)]
pub(crate) struct Work {
    client: Client,
    credential: Credential,
    folder: PathBuf,
    spool: Spool,
    memory: Memory,
    shelf: Shelf,
    /// `None` only while it looks on another thread.
    finder: Option<Finder>,
    runner: Arc<Result<Runner, Unable>>,
    facts: Facts,
    containers: Vec<FoundContainer>,
    /// Of processes, once it is wanted.
    watch: Option<Watch>,
    /// Also those outside of containers.
    all_processes: bool,
    obeyed: Obeyed,
    /// The report that the server has, and since when.
    reported: Option<(HostReport, Timestamp)>,
}

impl Work {
    pub(crate) fn new(
        client: Client,
        credential: Credential,
        folder: PathBuf,
        spool: Spool,
        (memory, shelf): (Memory, Shelf),
        places: Places,
        facts: Facts,
    ) -> Self {
        let runner = Runner::open(&folder, places.run_images);
        if let Err(why @ (Unable::NotRoot | Unable::Missing(_) | Unable::Folder { .. })) = &runner {
            tracing::warn!(%why, "no image is run, whatever the scanning policy says");
        }
        Self {
            client,
            credential,
            folder,
            spool,
            memory,
            shelf,
            all_processes: places.all_processes,
            finder: Some(Finder::new(places)),
            runner: Arc::new(runner),
            facts,
            containers: Vec::new(),
            watch: None,
            obeyed: Obeyed::default(),
            reported: None,
        }
    }

    /// Works for ever. Ends only if the sensor's folder cannot be used, or if the server does not know the sensor any more.
    pub(crate) async fn run(
        &mut self,
        pace: Pace,
        orders: &mut watch::Receiver<Option<Orders>>,
        telling: &watch::Sender<Obeyed>,
    ) -> Result<(), SensorError> {
        loop {
            // Runs while the work is done: looks begin so often, however long one takes. Events do not wait for images.
            let runs = orders.borrow().as_ref().is_some_and(|orders| orders.profile_type == ProfileType::Runtime);
            let mut next = pin!(sleep(if runs { EVENTS_EVERY.min(pace.look) } else { pace.look }));
            let known = orders.borrow_and_update().is_some();
            if known {
                self.turn(orders, telling).await?;
                if let Err(error) = self.deliver().await {
                    match error {
                        SensorError::Call(CallError::Denied(_)) => return Err(error),
                        SensorError::Call(error) => tracing::warn!(%error, "not reported"),
                        error => return Err(error),
                    }
                }
            }
            tokio::select! {
                () = &mut next => {}
                changed = orders.changed() => if changed.is_err() { return Ok(()) },
            }
        }
    }

    /// Carries out orders once; stops in between when they change.
    pub(crate) async fn turn(
        &mut self,
        orders: &mut watch::Receiver<Option<Orders>>,
        telling: &watch::Sender<Obeyed>,
    ) -> Result<(), SensorError> {
        let Some(current) = orders.borrow_and_update().clone() else { return Ok(()) };
        if self.obeyed.profile_id != current.profile_id || self.obeyed.revision != current.revision {
            self.obeyed.profile_id.clone_from(&current.profile_id);
            self.obeyed.revision = current.revision;
            self.obeyed.since = clock::now();
            log::obey(&current.config.performance_management);
        }
        self.obeyed.inactive = !is_active(&current);
        match current.profile_type {
            ProfileType::General | ProfileType::Cicd => self.local(&current, orders, telling).await,
            ProfileType::Registry => self.registries(&current, orders, telling).await,
            ProfileType::Runtime => self.events(&current, telling).await,
            ProfileType::Cluster => {
                telling.send_replace(self.obeyed.clone());
                self.note(Vec::new(), vec!["clusters are not looked at".to_owned()]).await
            }
        }
    }

    /// Scans images one after the other, as long as orders stand and no window begins. Says how many it scanned.
    async fn scan_all(
        &mut self,
        images: &mut BTreeMap<String, FoundImage>,
        mut due: VecDeque<(String, Place)>,
        missed: &[String],
        current: &Orders,
        orders: &watch::Receiver<Option<Orders>>,
        telling: &watch::Sender<Obeyed>,
    ) -> Result<u64, SensorError> {
        let (mut count, mut unsaved) = (0, 0_u64);
        loop {
            self.obeyed.waiting = u64::try_from(due.len()).unwrap_or(u64::MAX);
            telling.send_replace(self.obeyed.clone());
            let changed = orders.has_changed().unwrap_or(true);
            if due.is_empty() || changed || !is_active(current) {
                break;
            }
            let Some((sha, place)) = due.pop_front() else { break };
            let at = clock::now();
            let outcome = self.scan(&sha, place, at, current).await?;
            let Some(image) = images.get_mut(&sha) else { continue };
            match outcome {
                Ok(()) => {
                    count += 1;
                    self.memory.scanned(&sha, at);
                    (image.scanned, image.failed) = (Some(at), None);
                }
                Err(why) => {
                    tracing::warn!(sha, why, "an image could not be scanned");
                    self.memory.failed(&sha, at, why.clone());
                    image.failed = Some(why);
                }
            }
            // What is not kept in time is scanned once more after a crash, from layers that are known.
            unsaved += 1;
            if unsaved % SAVE_EVERY == 0 {
                self.save()?;
            }
            self.try_deliver().await?;
        }
        self.save()?;
        self.note(images.values().cloned().collect(), missed.to_vec()).await?;
        Ok(count)
    }

    /// Fills in what is remembered of an image, and says when it is scanned next. One that failed is left alone for a while.
    fn recall(&mut self, image: &mut FoundImage, orders: &Orders, schedules: &[Schedule], now: Timestamp) -> Next {
        let remembered = self.memory.see(&image.sha, clock::now());
        (image.seen, image.scanned) = (remembered.seen, remembered.scanned);
        let next = decide(orders, image, schedules, now);
        image.skipped = match next {
            Next::Never(why) => Some(skipped(why, orders)),
            Next::At(_) => None,
        };
        let failed = remembered.failed;
        image.failed = failed.as_ref().map(|(_, why)| why.clone());
        held_back(next, failed.map(|(at, _)| at), clock::now())
    }

    fn save(&mut self) -> Result<(), SensorError> {
        self.memory.save().map_err(|source| SensorError::Memory { path: self.folder.clone(), source })
    }

    /// Scans one image, and keeps what was found for the server. An image that cannot be scanned is no error of the sensor's.
    async fn scan(
        &mut self,
        sha: &str,
        place: Place,
        at: Timestamp,
        orders: &Orders,
    ) -> Result<Result<(), String>, SensorError> {
        let (cache, runner, policy) = (Cache::new(&self.folder), Arc::clone(&self.runner), orders.plan.policy());
        let scanning = tokio::task::spawn_blocking(move || place.scan(cache, policy, &runner));
        let (scanned, way) = match scanning.await.map_err(|_| SensorError::Interrupted)? {
            Ok(scanned) => scanned,
            Err(why) => return Ok(Err(why)),
        };
        tracing::info!(sha, packages = scanned.inventory.packages.len(), layers = scanned.layers_read, ?way, "scanned");
        let report = scan_report(&scanned, way, at);
        let body = json!({ "SensorId": self.credential.instance_id, "Scan": crate::text(&report) }).to_string();
        self.spool.push(Kind::Scan(sha.to_owned()), body.as_bytes())?;
        Ok(Ok(()))
    }
}

impl Drop for Work {
    /// An image that runs would keep the program from ending for minutes.
    fn drop(&mut self) {
        if let Ok(runner) = &*self.runner {
            runner.stop();
        }
    }
}

/// Whether no window keeps the sensor from starting something.
fn is_active(orders: &Orders) -> bool {
    let now = clock::now();
    orders.plan.week().next_active(now).is_some_and(|at| at <= now)
}

/// When an image is scanned next, by the function that previews ask.
fn decide(orders: &Orders, image: &FoundImage, schedules: &[Schedule], now: Timestamp) -> Next {
    let names: Vec<Name> = image.names.iter().map(|name| Name::parse(name)).collect();
    let verdict = orders.plan.exclusions().judge(&image.sha, &names);
    let image = engine::Image {
        sha: image.sha.as_str().into(),
        names,
        registries: image.registries.iter().map(|id| id.as_str().into()).collect(),
        made: image.made,
        seen: image.seen,
        scanned: image.scanned,
        ..engine::Image::default()
    };
    next_scan(&orders.plan, &image, verdict, schedules, now)
}

/// What is told of a scan.
pub(crate) fn scan_report(scanned: &Scanned, way: Way, at: Timestamp) -> ScanReport {
    ScanReport {
        sha: scanned.image.id.hex(),
        at,
        scan_type: way.scan_type,
        fallback: way.fallback,
        inventory: scanned.inventory.clone(),
    }
}

pub(crate) fn skipped(why: Never, orders: &Orders) -> Skipped {
    let pattern = match why {
        Never::Excluded { pattern } => orders.plan.exclusions().text(pattern).map(str::to_owned),
        _ => None,
    };
    Skipped { why: why.why().to_owned(), pattern }
}

/// An image whose scan failed is left alone for a while, though it is due.
fn held_back(next: Next, failed: Option<Timestamp>, now: Timestamp) -> Next {
    match (next, failed) {
        (Next::At(at), Some(failed)) if now.0.saturating_sub(failed.0) < RETRY_FAILED_MS => {
            Next::At(at.max(Timestamp(failed.0 + RETRY_FAILED_MS)))
        }
        _ => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_that_failed_is_tried_again_after_ten_minutes() {
        let minutes = |minutes: i64| Timestamp(minutes * 60_000);
        let due = Next::At(minutes(100));
        assert_eq!(held_back(due, None, minutes(100)), due);
        assert_eq!(held_back(due, Some(minutes(99)), minutes(100)), Next::At(minutes(109)));
        assert_eq!(held_back(due, Some(minutes(90)), minutes(100)), due);
        assert_eq!(held_back(Next::Never(Never::Off), Some(minutes(99)), minutes(100)), Next::Never(Never::Off));
    }
}
