//! What the room does beside taking in: following commits, closing windows, judging, and writing down what it found.
//! Whoever records takes one turn of the realm and whoever judges another, so that what is recorded and what is judged
//! have one order, and the judgment of what was recorded goes on while more is.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_ledger::{Entry, Page, Seq, StoreError};
use bartizan_policy::{Cx, Recording, aside};
use bartizan_wire::Timestamp;

use super::intake::BACKLOG_MAX;
use super::record::{Record, TRACK};
use super::ward::{Batch, Step, Ward};
use super::{Broker, DeviceRoom};
use crate::engine::Coverage;
use crate::export::batches;
use crate::observe::Observation;

/// Observations that are judged at once, about: whoever records waits no longer than that takes.
const JUDGED_AT_ONCE: usize = 1_024;
/// Recordings of a window that closes which become durable together: of a large fleet there are very many.
const CLOSED_AT_ONCE: usize = 4_096;

impl DeviceRoom {
    /// Judges everything that waits, and writes what was found. Returns how many observations were judged.
    ///
    /// # Errors
    /// When the store fails. What was found is written by the next call then.
    pub async fn settle(&self, cx: &Cx) -> Result<usize, StoreError> {
        let ward = self.ready(cx).await?;
        let mut judged = 0;
        loop {
            let more = self.settle_once(cx, &ward).await?;
            if more == 0 {
                return Ok(judged);
            }
            judged += more;
        }
    }

    /// Takes in what was committed since, so that it is judged by the documents that hold now; true if there was
    /// anything of matter.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn follow(&self, cx: &Cx) -> Result<bool, StoreError> {
        let _turn = self.turn(cx).await;
        let ward = self.ward(cx).await?;
        let followed = self.follow_commits(cx, &ward).await?;
        if followed {
            while self.settle_once(cx, &ward).await? > 0 {}
        }
        Ok(followed)
    }

    /// Closes the window if its end has come, and judges what that brings; true if it did.
    ///
    /// # Errors
    /// When the store fails. The window is closed then by the next call.
    pub async fn tick(&self, cx: &Cx) -> Result<bool, StoreError> {
        let _turn = self.turn(cx).await;
        let ward = self.ward(cx).await?;
        if ward.look(|state| cx.now < state.next_tick).unwrap_or(true) {
            return Ok(false);
        }
        self.follow_commits(cx, &ward).await?;
        self.close_window_if_due(cx, &ward).await?;
        while self.settle_once(cx, &ward).await? > 0 {}
        Ok(true)
    }

    /// Records a change of documents, if there was one since the last.
    pub(super) async fn follow_commits(&self, cx: &Cx, ward: &Ward) -> Result<bool, StoreError> {
        let tip = cx.ledger.tip().await?;
        let Some(followed) = ward.look(|state| state.followed) else { return Ok(false) };
        if tip <= followed {
            return Ok(false);
        }
        let (entries, seq) = entries_between(cx, followed, None).await?;
        if entries.is_empty() {
            ward.look(|state| state.followed = seq);
            return Ok(false);
        }
        let at = ward.look(|state| state.time(cx.now)).unwrap_or(cx.now);
        let recording = Record::Plan { seq, at }.recording()?;
        let end = cx.tape.append(&cx.realm, TRACK, vec![recording]).await?;
        ward.look(|state| {
            state.followed = seq;
            state.push(Batch { end, steps: vec![Step::Entries { seq, at, entries }] });
        });
        Ok(true)
    }

    /// Records what the end of a window tells, if it has come.
    pub(super) async fn close_window_if_due(&self, cx: &Cx, ward: &Arc<Ward>) -> Result<(), StoreError> {
        let period = self.settings.period_ms();
        if ward.look(|state| cx.now >= state.next_tick) != Some(true) {
            return Ok(());
        }
        self.close_window(cx, ward, Timestamp(cx.now.0.div_euclid(period).saturating_mul(period))).await
    }

    /// Records what the window tells that ends at this multiple of the period.
    pub(super) async fn close_window(&self, cx: &Cx, ward: &Arc<Ward>, at: Timestamp) -> Result<(), StoreError> {
        let asks = |thing: &str| ward.look(|state| state.compiled.asks_for_gone(&state.covering().covering(thing)));
        // What was counted becomes datapoints when it no longer keeps others from being counted.
        let (closed, narrowed) = {
            let mut cloud = ward.cloud();
            (cloud.windows.close(at), Arc::clone(&cloud.narrowed))
        };
        ward.look(|state| {
            state.latest = state.latest.max(at);
            state.next_tick = Timestamp(at.0.saturating_add(self.settings.period_ms()));
            state.statistics.unseen += closed.unseen;
            state.throttle.forget(at, self.settings);
        });
        let things = closed.things(&narrowed, |thing| asks(thing) == Some(true));
        let windows = things.map(|(thing, datapoints)| Observation::Window { thing, at, datapoints });
        let mut records = windows.chain(std::iter::once(Observation::Tick { at })).map(Record::of);
        loop {
            let some: Vec<Record> = records.by_ref().take(CLOSED_AT_ONCE).collect();
            if some.is_empty() {
                return Ok(());
            }
            self.record(cx, ward, some).await?;
            while ward.look(|state| state.waiting()).unwrap_or(0) >= BACKLOG_MAX {
                self.settle_once(cx, ward).await?;
            }
        }
    }

    /// Makes records durable and queues them for judgment.
    pub(super) async fn record(&self, cx: &Cx, ward: &Ward, records: Vec<Record>) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        let recordings: Vec<Recording> = records.iter().map(Record::recording).collect::<Result<_, _>>()?;
        let end = cx.tape.append(&cx.realm, TRACK, recordings).await?;
        ward.look(|state| {
            let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
            state.statistics.flushes += 1;
            state.statistics.largest_batch = state.statistics.largest_batch.max(count);
            state.push(Batch { end, steps: records.into_iter().map(Step::Seen).collect() });
        });
        Ok(())
    }

    /// Judges some of what waits, and writes what was found. Returns how many steps that were.
    pub(super) async fn settle_once(&self, cx: &Cx, ward: &Arc<Ward>) -> Result<usize, StoreError> {
        let _turn = self.judging_turn(cx).await;
        let judging = Arc::clone(ward);
        let judged = aside(move || judging.look(|state| state.judge_some(JUDGED_AT_ONCE)).unwrap_or(Ok(0))).await??;
        let (writes, narrowed) =
            ward.look(|state| (state.unwritten.clone(), Arc::clone(state.compiled.narrowed()))).unwrap_or_default();
        {
            let mut cloud = ward.cloud();
            if !Arc::ptr_eq(&cloud.narrowed, &narrowed) {
                cloud.narrowed = narrowed;
            }
        }
        if !writes.is_empty() {
            cx.board.write(&cx.realm, writes).await?;
            ward.look(|state| state.unwritten.clear());
        }
        if let Some(broker) = self.broker.get() {
            let exports = ward.look(|state| std::mem::take(&mut state.exports)).unwrap_or_default();
            publish_exports(broker.as_ref(), exports);
        }
        Ok(judged)
    }
}

/// Publishes what profiles export, in batches by topic; who is not there is not told.
fn publish_exports(broker: &dyn Broker, exports: Vec<(String, String)>) {
    let mut by_topic: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (topic, entry) in exports {
        by_topic.entry(topic).or_default().push(entry);
    }
    for (topic, entries) in by_topic {
        for batch in batches(entries) {
            broker.tell(&topic, batch.into_bytes());
        }
    }
}

/// The entries of the caller's realm and of this room after a place in the ledger, up to another or to the end, and up
/// to where that is.
pub(super) async fn entries_between(cx: &Cx, after: Seq, upto: Option<Seq>) -> Result<(Vec<Entry>, Seq), StoreError> {
    let mut found = Vec::new();
    let mut seq = after;
    loop {
        let news = cx.ledger.since(seq, Page::LIMIT_MAX).await?;
        let full = news.len() >= usize::from(Page::LIMIT_MAX);
        for entry in news {
            if upto.is_some_and(|upto| entry.seq > upto) {
                return Ok((found, seq));
            }
            seq = entry.seq;
            if entry.key.realm == cx.realm && super::book::is_of_matter(&entry.key.kind) {
                found.push(entry);
            }
        }
        if !full {
            return Ok((found, seq));
        }
    }
}
