//! [`ContainerRoom`]: what operations of this room work on beside documents.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use bartizan_image::feed::{Book, FeedError};
use bartizan_image::judge::{Judged, judge};
use bartizan_ledger::{Key, StoreError, Write};
use bartizan_policy::{AgentKey, Cx, Keyholder, Position, Recording, aside, postings};
use bartizan_wire::{Realm, Timestamp};
use serde_json::Value;

use crate::events::{COUNTS, DAYS, DAYS_MAX, EventReport, TRACK, day};
use crate::known::{HEARTBEATS, HOSTS, Heartbeat, KeptScan, Known, SCANS, SCANS_KEPT_DAYS};
use crate::observe::{HostReport, ScanReport};
use crate::vulnerability::{Vuln, vulnerabilities};

/// Scans that are read from the board at once.
const PAGE: u16 = 64;

/// Lets time pass. Implemented by the server.
#[async_trait::async_trait]
pub trait Rest: Send + Sync + std::fmt::Debug {
    /// Waits so long, and says whether it did: not if the server stops meanwhile.
    async fn rest(&self, time: Duration) -> bool;
}

/// The room's facts: what sensors have reported, by realm.
#[derive(Debug, Default)]
pub struct ContainerRoom {
    keyholder: Option<Arc<dyn Keyholder>>,
    feeds: RwLock<Option<Arc<Mutex<Book>>>>,
    realms: Mutex<BTreeMap<Realm, Arc<RwLock<Known>>>>,
    rest: Option<Arc<dyn Rest>>,
    /// Where the server listens, once it does.
    endpoint: OnceLock<String>,
}

impl ContainerRoom {
    /// `keyholder` is told of sensors' keys; `rest` is how polls wait; `feeds` is what images are judged by.
    #[must_use]
    pub fn new(keyholder: Arc<dyn Keyholder>, rest: Arc<dyn Rest>, feeds: Option<Book>) -> Self {
        Self {
            keyholder: Some(keyholder),
            feeds: RwLock::new(feeds.map(|book| Arc::new(Mutex::new(book)))),
            realms: Mutex::default(),
            rest: Some(rest),
            endpoint: OnceLock::new(),
        }
    }

    /// Reads what sensors of the realm have reported from the board. Call it at start.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(&self, cx: &Cx) -> Result<(), StoreError> {
        let known = Known::load(cx).await?;
        let mut realms = self.realms.lock().unwrap_or_else(PoisonError::into_inner);
        realms.insert(cx.realm.clone(), Arc::new(RwLock::new(known)));
        Ok(())
    }

    /// Says where the server listens, for sensors that enrol.
    pub fn listens_at(&self, endpoint: &str) {
        self.endpoint.get_or_init(|| endpoint.to_owned());
    }

    /// Where the server listens; empty before it does.
    pub(crate) fn endpoint(&self) -> &str {
        self.endpoint.get().map_or("", String::as_str)
    }

    /// Asks what is known in a realm.
    pub(crate) fn read<T>(&self, realm: &Realm, ask: impl FnOnce(&Known) -> T) -> T {
        ask(&self.known(realm).read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, realm: &Realm, tell: impl FnOnce(&mut Known) -> T) -> T {
        tell(&mut self.known(realm).write().unwrap_or_else(PoisonError::into_inner))
    }

    fn known(&self, realm: &Realm) -> Arc<RwLock<Known>> {
        let mut realms = self.realms.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(realms.entry(realm.clone()).or_default())
    }

    /// Waits so long; says at once that it did not if the server stops.
    pub(crate) async fn rest(&self, time: Duration) -> bool {
        match &self.rest {
            Some(rest) => rest.rest(time).await,
            None => false,
        }
    }

    pub(crate) fn enrol(&self, cx: &Cx, key: AgentKey) {
        if let Some(keyholder) = &self.keyholder {
            keyholder.enrol(cx, key);
        }
    }

    /// Notes that a sensor called in.
    pub(crate) async fn hear(&self, cx: &Cx, sensor: &str, heartbeat: Heartbeat) -> Result<(), StoreError> {
        postings::keep(cx, HEARTBEATS, sensor, heartbeat.at, &heartbeat).await?;
        self.write(&cx.realm, |known| known.hear(sensor, heartbeat));
        Ok(())
    }

    /// Keeps what a sensor said of its host.
    pub(crate) async fn take_in(&self, cx: &Cx, sensor: &str, report: HostReport) -> Result<(), StoreError> {
        postings::keep(cx, HOSTS, sensor, cx.now, &report).await?;
        self.write(&cx.realm, |known| known.take_in(sensor, report));
        Ok(())
    }

    /// Keeps a scan, and judges it. One that is older than the one that is kept changes nothing.
    pub(crate) async fn take_scan(&self, cx: &Cx, sensor: &str, report: ScanReport) -> Result<(), StoreError> {
        let _turn = cx.turns.take(&own_key(cx, SCANS, &report.sha)).await;
        let prior = kept_scan(cx, &report.sha).await?;
        if prior.as_ref().is_some_and(|prior| prior.report.at > report.at) {
            return Ok(());
        }
        let (prior, at) = (prior.and_then(|prior| prior.vulnerabilities).unwrap_or_default(), report.at);
        self.keep_scan(cx, sensor.to_owned(), report, &prior, at).await
    }

    /// Judges a scan, and keeps it. `at` is when its findings were found.
    async fn keep_scan(
        &self,
        cx: &Cx,
        sensor: String,
        report: ScanReport,
        prior: &[Vuln],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (judged, report) = self.judge(report).await?;
        let unjudged = judged.iter().flat_map(|judged| &judged.unjudged).map(|one| one.why.clone()).collect();
        let judged_by = judged.as_ref().map(|judged| judged.about.clone());
        let found = judged.map(|judged| vulnerabilities(&judged, &report.inventory, prior, at));
        let scan = KeptScan { sensor, report, vulnerabilities: found, unjudged, judged_by };
        postings::keep(cx, SCANS, &scan.report.sha, scan.report.at, &scan).await?;
        self.write(&cx.realm, |known| known.scanned(&scan));
        Ok(())
    }

    /// Forgets scans of images that no sensor has had for long, and says how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn prune_scans(&self, cx: &Cx) -> Result<usize, StoreError> {
        let before = cx.now.plus_days(-SCANS_KEPT_DAYS);
        let gone = self.read(&cx.realm, |known| known.gone_since(before));
        for shas in gone.chunks(usize::from(PAGE)) {
            let writes = shas.iter().map(|sha| Write::remove(SCANS, sha.clone())).collect();
            cx.board.write(&cx.realm, writes).await?;
            self.write(&cx.realm, |known| known.forget_images(shas));
        }
        Ok(gone.len())
    }

    /// Goes by other advisories from now on. Scans that are kept are judged by them with [`ContainerRoom::judge_again`].
    pub fn follow(&self, book: Book) {
        *self.feeds.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(Mutex::new(book)));
    }

    /// Judges again what was judged by other advisories than those that are known now, and says how many scans that were. Images
    /// need not be scanned for it: what is in them is kept.
    ///
    /// # Errors
    /// When the store fails, or the advisories cannot be read.
    pub async fn judge_again(&self, cx: &Cx) -> Result<usize, StoreError> {
        let book = self.feeds.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(book) = book else { return Ok(0) };
        let about = move || book.lock().unwrap_or_else(PoisonError::into_inner).about();
        let about = aside(about).await?.map_err(|error| StoreError::Failed(error.to_string()))?;
        let (mut after, mut count) = (None::<String>, 0);
        loop {
            let page = cx.board.list(&cx.realm, SCANS, after.as_deref(), PAGE).await?;
            after = page.last().map(|posting| posting.subject.clone());
            if after.is_none() {
                return Ok(count);
            }
            for posting in page {
                let _turn = cx.turns.take(&own_key(cx, SCANS, &posting.subject)).await;
                // Read again: a sensor may have reported since the page was read.
                let Some(kept) = kept_scan(cx, &posting.subject).await? else { continue };
                if kept.judged_by.as_ref() != Some(&about) {
                    let prior = kept.vulnerabilities.unwrap_or_default();
                    self.keep_scan(cx, kept.sensor, kept.report, &prior, cx.now).await?;
                    count += 1;
                }
            }
        }
    }

    /// Keeps events; a batch that was taken before changes nothing.
    pub(crate) async fn take_events(&self, cx: &Cx, sensor: &str, report: EventReport) -> Result<(), StoreError> {
        let _turn = cx.turns.take(&own_key(cx, COUNTS, sensor)).await;
        let mut counts = self.read(&cx.realm, |known| known.events(sensor).cloned()).unwrap_or_default();
        if !counts.take(&report, cx.now) {
            return Ok(());
        }
        self.prune_events(cx).await?;
        let recording = |event: &Value| -> Result<Recording, StoreError> {
            let body = serde_json::to_vec(event).map_err(|error| StoreError::Failed(error.to_string()))?;
            let at = event.get("time").and_then(Value::as_i64).map_or(cx.now, Timestamp).min(cx.now);
            Ok(Recording { subject: sensor.to_owned(), at, body })
        };
        let recordings: Vec<Recording> = report.events.iter().map(recording).collect::<Result<_, _>>()?;
        if !recordings.is_empty() {
            cx.tape.append(&cx.realm, TRACK, recordings).await?;
        }
        postings::keep(cx, COUNTS, sensor, cx.now, &counts).await?;
        self.write(&cx.realm, |known| known.count(sensor, counts));
        Ok(())
    }

    /// Once a day notes where the track stands, and lets go of what lies a week back.
    async fn prune_events(&self, cx: &Cx) -> Result<(), StoreError> {
        let today = day(cx.now);
        let mut days: BTreeMap<i64, Position> = postings::kept(cx, DAYS, DAYS).await?.unwrap_or_default();
        if days.contains_key(&today) {
            return Ok(());
        }
        let position = cx.tape.append(&cx.realm, TRACK, Vec::new()).await?;
        days.insert(today, position);
        let old = days.range(..=today - DAYS_MAX).next_back().map(|(_, position)| *position);
        if let Some(position) = old {
            cx.tape.prune_to(&cx.realm, TRACK, position).await?;
            days.retain(|day, _| *day > today - DAYS_MAX);
        }
        postings::keep(cx, DAYS, DAYS, cx.now, &days).await
    }

    async fn judge(&self, report: ScanReport) -> Result<(Option<Judged>, ScanReport), StoreError> {
        let book = self.feeds.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(book) = book else { return Ok((None, report)) };
        let judging = move || {
            let mut book = book.lock().unwrap_or_else(PoisonError::into_inner);
            let judged: Result<Judged, FeedError> = judge(&report.inventory, &mut book);
            judged.map(|judged| (Some(judged), report)).map_err(|error| StoreError::Failed(error.to_string()))
        };
        aside(judging).await?
    }

    /// Forgets sensors: what they reported, and their keys.
    pub(crate) async fn forget(&self, cx: &Cx, sensors: &[AgentKey], ids: &[String]) -> Result<(), StoreError> {
        let topics = [HEARTBEATS, HOSTS, COUNTS];
        let writes = ids.iter().flat_map(|id| topics.map(|topic| Write::remove(topic, id.clone()))).collect();
        cx.board.write(&cx.realm, writes).await?;
        for key in sensors {
            if let Some(keyholder) = &self.keyholder {
                keyholder.dismiss(&key.access_key_id);
            }
        }
        self.write(&cx.realm, |known| ids.iter().for_each(|id| known.forget(id)));
        Ok(())
    }
}

/// Whose turn it is to change what is kept of a subject.
fn own_key(cx: &Cx, topic: &str, subject: &str) -> Key {
    Key { realm: cx.realm.clone(), kind: topic.to_owned(), name: subject.to_owned() }
}

/// The scan that is kept of an image.
pub(crate) async fn kept_scan(cx: &Cx, sha: &str) -> Result<Option<KeptScan>, StoreError> {
    postings::kept(cx, SCANS, sha).await
}

/// Whether a sensor that was heard of then is running.
#[must_use]
pub(crate) fn is_running(heard: Timestamp, now: Timestamp) -> bool {
    now.0.saturating_sub(heard.0) < crate::known::RUNNING_WITHIN_MS
}
