//! Sealing: what was judged goes into columns, the state of the judgment into a snapshot, and the recordings before it
//! are needed no more. In this order, so that a crash in between costs nothing but a longer start.

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, aside};

use super::DeviceRoom;
use super::record::TRACK;
use super::snapshot::{self, Memory, Snapshot};
use super::ward::State;

/// Milliseconds between two seals.
const SEAL_EVERY_MS: i64 = 5 * 60 * 1000;
/// Judged values that wait for their columns; when there are more, they are sealed at once.
const UNSEALED_MAX: usize = 1 << 20;

impl DeviceRoom {
    /// Seals if it is time to; true if it was.
    ///
    /// # Errors
    /// When the store fails. Nothing is lost, and the next call tries again.
    pub async fn seal_if_due(&self, cx: &Cx) -> Result<bool, StoreError> {
        let ward = self.ready(cx).await?;
        let due = ward.look(|state| {
            state.unsealed.len() >= UNSEALED_MAX || cx.now.0.saturating_sub(state.sealed_at.0) >= SEAL_EVERY_MS
        });
        if due == Some(true) {
            self.seal(cx).await?;
        }
        Ok(due == Some(true))
    }

    /// Judges what waits, and seals.
    ///
    /// # Errors
    /// When the store fails. Nothing is lost, and the next call tries again.
    pub async fn seal(&self, cx: &Cx) -> Result<(), StoreError> {
        let _turn = self.turn(cx).await;
        let ward = self.ward(cx).await?;
        while self.settle_once(cx, &ward).await? > 0 {}
        let Some((samples, judged)) = ward.look(|state| (state.unsealed.clone(), state.judged)) else { return Ok(()) };
        if !samples.is_empty() {
            cx.series.write(&cx.realm, TRACK, samples, Some(judged)).await?;
            ward.look(|state| {
                state.unsealed.clear();
                state.sealed = judged;
            });
        }
        let snapshot = std::sync::Arc::clone(&ward);
        let snapshot = aside(move || snapshot.look(|state| state.snapshot())).await?;
        if let Some(snapshot) = snapshot {
            snapshot::save(cx, snapshot).await?;
            cx.tape.prune_to(&cx.realm, TRACK, judged).await?;
        }
        ward.look(|state| state.sealed_at = cx.now);
        Ok(())
    }
}

impl State {
    /// Everything that a start needs beside what is recorded after it.
    fn snapshot(&self) -> Snapshot {
        let memory = Memory {
            position: self.judged,
            seq: self.book.seq(),
            latest: self.latest,
            throttle: self.throttle.entries().map(|(thing, at, id)| (thing.clone(), at, id.into())).collect(),
            gone: self.gone.iter().map(|(thing, since)| (thing.clone(), *since)).collect(),
        };
        Snapshot { memory, engine: self.engine.snapshot() }
    }
}
