//! Marks: what is counted in the open window becomes durable from time to time.

use std::sync::Arc;

use ahash::AHashMap;
use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, aside};
use bartizan_wire::Timestamp;

use super::DeviceRoom;
use super::record::{Record, TRACK};
use super::ward::{Batch, Ward};
use super::window::Counts;
use crate::observe::Observation;

impl DeviceRoom {
    /// Makes what was counted in the open window durable, if it is time to; true if it was.
    ///
    /// # Errors
    /// When the store fails. Nothing is lost while the program runs, and the next call tries again.
    pub async fn mark_if_due(&self, cx: &Cx) -> Result<bool, StoreError> {
        let since = self.ward_of(&cx.realm).cloud().marked_at;
        if cx.now.0.saturating_sub(since.0) < self.settings.mark_interval_ms() {
            return Ok(false);
        }
        let _turn = self.turn(cx).await;
        let ward = self.ward(cx).await?;
        self.mark(cx, &ward).await?;
        Ok(true)
    }

    /// Makes what was counted in the open window durable. Only for those who have the turn.
    pub(super) async fn mark(&self, cx: &Cx, ward: &Arc<Ward>) -> Result<(), StoreError> {
        // What belongs to a window whose end has come is told when it closes, which is about to happen.
        let Some(at) = ward.look(|state| (cx.now < state.next_tick).then(|| state.time(cx.now))).flatten() else {
            return Ok(());
        };
        let counts = {
            let mut cloud = ward.cloud();
            cloud.marked_at = cx.now;
            cloud.windows.since_mark()
        };
        if counts.is_empty() {
            return Ok(());
        }
        // There may be very many, and nobody is held up while they are written out.
        let (counts, recordings) = aside(move || {
            let recording = |(thing, counts): (&Arc<str>, &Counts)| Record::counted(thing, at, counts);
            let recordings = counts.iter().map(recording).collect::<Result<Vec<_>, _>>();
            (counts, recordings)
        })
        .await?;
        let appended = match recordings {
            Ok(recordings) => cx.tape.append(&cx.realm, TRACK, recordings).await,
            Err(error) => Err(error),
        };
        match appended {
            Ok(end) => {
                ward.cloud().windows.marked(counts);
                // There is nothing in it to judge; the place on the tape moves on.
                ward.look(|state| state.push(Batch { end, steps: Vec::new() }));
                Ok(())
            }
            Err(error) => {
                ward.cloud().windows.unmarked(counts);
                Err(error)
            }
        }
    }
}

/// What a start finds of the window that was open when the program ended.
#[derive(Debug, Default)]
pub(super) struct Open {
    counts: AHashMap<Arc<str>, Counts>,
    /// When it was marked last.
    at: Timestamp,
}

impl Open {
    /// What a snapshot holds of it.
    pub(super) fn new(counts: Vec<(Arc<str>, Counts)>, at: Timestamp) -> Self {
        Self { counts: counts.into_iter().collect(), at }
    }

    /// Goes on with what was recorded next.
    pub(super) fn follow(&mut self, record: &Record) {
        match record {
            Record::Counted { thing, at, counts } => {
                self.counts.entry(Arc::clone(thing)).or_default().add_all(counts.clone());
                self.at = self.at.max(*at);
            }
            // It was closed.
            Record::Seen { observation: Observation::Tick { .. }, .. } => self.counts.clear(),
            // It is being closed, and of this thing it was told.
            Record::Seen { observation: Observation::Window { thing, .. }, .. } => {
                self.counts.remove(thing);
            }
            Record::Seen { .. } | Record::Plan { .. } => {}
        }
    }

    /// When it ends, and what was counted in it; `None` if that is nothing.
    pub(super) fn finish(self, period_ms: i64) -> Option<(Timestamp, AHashMap<Arc<str>, Counts>)> {
        let end = self.at.0.div_euclid(period_ms).saturating_add(1).saturating_mul(period_ms);
        (!self.counts.is_empty()).then_some((Timestamp(end), self.counts))
    }
}
