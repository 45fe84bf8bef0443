//! Runs of registries' schedules: first all is listed, then what is due is scanned.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_agent::client::CallError;
use bartizan_agent::clock;
use bartizan_container::engine::{Name, Next, Schedule};
use bartizan_container::observe::{FoundImage, Obeyed};
use bartizan_container::registry::{Job, Schedule as KeptSchedule};
use bartizan_wire::Timestamp;
use bytes::Bytes;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::{Work, is_active};
use crate::calls::{JOB, Nothing};
use crate::find::Place;
use crate::orders::{Orders, RegistryOrder};
use crate::registry::{Listed, Listing, Registry, list};
use crate::sensor::SensorError;

/// Runs that were missed while the sensor was away and that are looked at to find the latest.
const MISSED_MAX: usize = 1000;

impl Work {
    /// Makes the runs whose time has come.
    pub(super) async fn registries(
        &mut self,
        current: &Orders,
        orders: &watch::Receiver<Option<Orders>>,
        telling: &watch::Sender<Obeyed>,
    ) -> Result<(), SensorError> {
        self.shelf.registries.retain(|id, _| current.registries.iter().any(|order| order.id == *id));
        telling.send_replace(self.obeyed.clone());
        let mut missed = Vec::new();
        for order in &current.registries {
            for place in 0..order.schedules.len() {
                if orders.has_changed().unwrap_or(true) || !is_active(current) {
                    break;
                }
                if let Some(run) = self.due(order, place) {
                    self.run_schedule(order, place, run, current, (orders, telling), &mut missed).await?;
                }
            }
        }
        let images = self.shelved(current);
        self.note(images.into_values().collect(), missed).await
    }

    /// The run of a schedule that is to be made, if there is one.
    fn due(&self, order: &RegistryOrder, place: usize) -> Option<Timestamp> {
        let (kept, schedule) = order.schedules.get(place)?;
        let made = self.shelf.registries.get(&order.id).and_then(|shelved| shelved.runs.get(&kept.schedule_uuid));
        latest(schedule, made.copied(), clock::now())
    }

    async fn run_schedule(
        &mut self,
        order: &RegistryOrder,
        place: usize,
        run: Timestamp,
        current: &Orders,
        (orders, telling): (&watch::Receiver<Option<Orders>>, &watch::Sender<Obeyed>),
        missed: &mut Vec<String>,
    ) -> Result<(), SensorError> {
        let Some((kept, schedule)) = order.schedules.get(place) else { return Ok(()) };
        let mut job = Job { status: "Running".to_owned(), run, started: Some(clock::now()), ..Job::default() };
        let id = kept.schedule_uuid.clone();
        self.tell(order, &id, &job).await?;
        let registry = Registry::new(&order.uri, order.credential.clone(), Handle::current());
        let registry = Arc::new(Mutex::new(registry));
        let listing = self.listing(order, (kept, schedule), Arc::clone(&registry)).await?;
        (job.listed, job.repositories) = (Some(clock::now()), listing.repositories);
        job.images = u64::try_from(listing.images.len()).unwrap_or(u64::MAX);
        job.errors.clone_from(&listing.missed);
        missed.extend(listing.missed.iter().map(|why| format!("registry {}: {why}", order.uri)));
        let shas: Vec<String> = listing.images.keys().cloned().collect();
        self.shelve(order, schedule, listing);
        let mut images = self.shelved(current);
        self.note(images.values().cloned().collect(), missed.clone()).await?;
        let mut due = VecDeque::new();
        for sha in shas {
            let Some(image) = images.get_mut(&sha) else { continue };
            // Judged for the time of the run: that the sensor is late does not make the next one of it.
            let next = self.recall(image, current, std::slice::from_ref(schedule), run);
            let listed = self.shelf.registries.get(&order.id).and_then(|shelved| shelved.images.get(&sha));
            if let (Next::At(at), Some(Listed { repository, digest, .. })) = (next, listed)
                && at <= clock::now()
            {
                due.push_back((sha, Place::Registry(Arc::clone(&registry), repository.clone(), digest.clone())));
            }
        }
        let wanted = u64::try_from(due.len()).unwrap_or(u64::MAX);
        job.scanned = self.scan_all(&mut images, due, missed, current, orders, telling).await?;
        let interrupted = orders.has_changed().unwrap_or(true) || !is_active(current);
        if job.scanned < wanted && interrupted {
            // The rest is done by the run that follows: this one is not over.
            return self.tell(order, &id, &job).await;
        }
        if job.scanned < wanted {
            job.errors.push(format!("{} images could not be scanned", wanted - job.scanned));
        }
        job.completed = Some(clock::now());
        let nothing = job.repositories == 0 && !job.errors.is_empty();
        if nothing { "Failed" } else { "Finished" }.clone_into(&mut job.status);
        self.shelf.registries.entry(order.id.clone()).or_default().runs.insert(id.clone(), run);
        self.save_shelf()?;
        self.tell(order, &id, &job).await
    }

    async fn listing(
        &mut self,
        order: &RegistryOrder,
        (kept, schedule): (&KeptSchedule, &Schedule),
        registry: Arc<Mutex<Registry>>,
    ) -> Result<Listing, SensorError> {
        let known = self.shelf.registries.get(&order.id).map(|shelved| &shelved.images);
        let known: BTreeMap<String, Listed> =
            known.into_iter().flatten().map(|(_, listed)| (listed.digest.clone(), listed.clone())).collect();
        let (id, schedule) = (order.id.clone(), schedule.clone());
        let named = plain_names(kept);
        let looking = tokio::task::spawn_blocking(move || {
            let mut registry = registry.lock().unwrap_or_else(PoisonError::into_inner);
            let wanted = |repository: &str, tag: &str| schedule.wants(&Name::parse(&format!("{repository}:{tag}")));
            list(&mut registry, &id, named.as_deref(), &wanted, &known)
        });
        looking.await.map_err(|_| SensorError::Interrupted)
    }

    /// Keeps what was listed, in the place of what the same schedule listed before. Where something could not be listed, what was
    /// known of it stays.
    fn shelve(&mut self, order: &RegistryOrder, schedule: &Schedule, listing: Listing) {
        let shelved = self.shelf.registries.entry(order.id.clone()).or_default();
        if listing.missed.is_empty() {
            shelved
                .images
                .retain(|_, listed| !listed.image.names.iter().any(|name| schedule.wants(&Name::parse(name))));
        }
        shelved.images.extend(listing.images);
        let shelves = self.shelf.registries.values();
        let shas: BTreeSet<&str> = shelves.flat_map(|shelved| shelved.images.keys()).map(String::as_str).collect();
        self.memory.retain(|sha| shas.contains(sha));
    }

    /// All images of all registries, as they are reported.
    fn shelved(&mut self, current: &Orders) -> BTreeMap<String, FoundImage> {
        let mut images: BTreeMap<String, FoundImage> = BTreeMap::new();
        for listed in self.shelf.registries.values().flat_map(|shelved| shelved.images.values()) {
            let known = images.entry(listed.image.sha.clone()).or_insert_with(|| FoundImage {
                names: Vec::new(),
                registries: Vec::new(),
                ..listed.image.clone()
            });
            known.names.extend(listed.image.names.iter().cloned());
            known.registries.extend(listed.image.registries.iter().cloned());
        }
        let schedules: Vec<Schedule> = current
            .registries
            .iter()
            .flat_map(|order| order.schedules.iter().map(|(_, compiled)| compiled.clone()))
            .collect();
        for image in images.values_mut() {
            self.recall(image, current, &schedules, clock::now());
        }
        images
    }

    fn save_shelf(&self) -> Result<(), SensorError> {
        self.shelf.save(&self.folder).map_err(|source| SensorError::Memory { path: self.folder.clone(), source })
    }

    async fn tell(&mut self, order: &RegistryOrder, schedule: &str, job: &Job) -> Result<(), SensorError> {
        let body = json!({
            "SensorId": self.credential.instance_id,
            "RegistryId": order.id,
            "ScheduleId": schedule,
            "Job": job,
        });
        match self.client.post::<Nothing>(JOB, Bytes::from(body.to_string()), Some(&self.credential)).await {
            Ok(Nothing {}) => Ok(()),
            Err(error @ CallError::Denied(_)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a run was not reported");
                Ok(())
            }
        }
    }
}

/// The repositories of a schedule, if it names them as they are: so that registries are scanned which do not list theirs.
fn plain_names(schedule: &KeptSchedule) -> Option<Vec<String>> {
    let plain =
        |name: &str| name.chars().all(|character| character.is_ascii_alphanumeric() || "/_.-".contains(character));
    let filters = schedule.filters.iter();
    let named: Vec<String> = filters.flat_map(|filter| &filter.repo_tags).map(|one| one.repo.clone()).collect();
    let all = schedule.filters.iter().all(|filter| !filter.repo_tags.is_empty());
    (all && !named.is_empty() && named.iter().all(|name| plain(name))).then_some(named)
}

/// The latest run whose time has come since the last one that was made; those before it that were missed are made with it.
fn latest(schedule: &Schedule, made: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let mut from = made.map_or(Timestamp(i64::MIN), |made| Timestamp(made.0 + 1));
    let mut latest = None;
    for _ in 0..MISSED_MAX {
        match schedule.next_run(from).filter(|run| *run <= now) {
            Some(run) => (latest, from) = (Some(run), Timestamp(run.0 + 1)),
            None => break,
        }
    }
    latest
}

#[cfg(test)]
mod tests {
    use bartizan_container::engine::Cadence;

    use super::*;

    #[test]
    fn runs_that_were_missed_are_made_up_once() {
        let day = |day: i64, hour: i64| Timestamp(day * Timestamp::DAY_MS + hour * 3_600_000);
        let schedule =
            |cadence| Schedule { registry: "r".into(), made: day(10, 1), cadence, choices: Vec::new(), force: false };
        let nightly = schedule(Cadence::Every { days: 1, minute: 180 });
        assert_eq!(latest(&nightly, None, day(10, 2)), None);
        assert_eq!(latest(&nightly, None, day(10, 4)), Some(day(10, 3)));
        assert_eq!(latest(&nightly, Some(day(10, 3)), day(10, 4)), None);
        assert_eq!(latest(&nightly, Some(day(10, 3)), day(15, 4)), Some(day(15, 3)), "away for days, one run");
        let once = schedule(Cadence::Once);
        assert_eq!(latest(&once, None, day(20, 0)), Some(day(10, 1)));
        assert_eq!(latest(&once, Some(day(10, 1)), day(20, 0)), None);
    }
}
