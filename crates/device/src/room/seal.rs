//! Sealing: what was judged goes into columns, the state of the judgment into a snapshot, and the recordings before it
//! are needed no more. In this order, so that a crash in between costs nothing but a longer start.

use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, Position, aside};

use super::DeviceRoom;
use super::record::TRACK;
use super::snapshot::{self, Memory, Snapshot};
use super::ward::{State, Ward};

/// Milliseconds between two seals.
const SEAL_EVERY_MS: i64 = 5 * 60 * 1000;
/// Judged values that wait for their columns; when there are more, they are sealed at once.
const UNSEALED_MAX: usize = 1 << 20;

impl DeviceRoom {
    /// Moves what was judged into columns if there is much of it, and seals if it is time to; true if it did either.
    ///
    /// # Errors
    /// When the store fails. Nothing is lost, and the next call tries again.
    pub async fn seal_if_due(&self, cx: &Cx) -> Result<bool, StoreError> {
        let ward = self.ready(cx).await?;
        let (due, full) = ward
            .look(|state| {
                let due = cx.now.0.saturating_sub(state.sealed_at.0) >= SEAL_EVERY_MS;
                (due, state.unsealed.len() >= UNSEALED_MAX)
            })
            .unwrap_or_default();
        if due {
            self.seal(cx).await?;
        } else if full {
            let _sealing = self.sealing_turn(cx).await;
            self.move_into_columns(cx, &ward).await?;
        }
        Ok(due || full)
    }

    /// Judges what waits, and seals. What is recorded and judged meanwhile goes on, but for the moment that it takes to
    /// see how things stand.
    ///
    /// # Errors
    /// When the store fails. Nothing is lost, and the next call tries again.
    pub async fn seal(&self, cx: &Cx) -> Result<(), StoreError> {
        let _sealing = self.sealing_turn(cx).await;
        let ward = self.ready(cx).await?;
        // Most of it is in columns before others have to wait for the rest.
        self.move_into_columns(cx, &ward).await?;
        let turn = self.turn(cx).await;
        self.mark(cx, &ward).await?;
        while self.settle_once(cx, &ward).await? > 0 {}
        let looking = Arc::clone(&ward);
        // While nothing is recorded there is nothing to judge either: what is moved next is what the snapshot has judged.
        let snapshot = aside(move || looking.look(|state| state.snapshot())).await?;
        let open = ward.cloud().windows.marks();
        let judged = self.start_to_move(&ward);
        drop(turn);
        self.finish_to_move(cx, &ward, judged).await?;
        if let Some(mut snapshot) = snapshot {
            snapshot.memory.open = open;
            let position = snapshot.memory.position;
            snapshot::save(cx, snapshot).await?;
            cx.tape.prune_to(&cx.realm, TRACK, position).await?;
        }
        ward.look(|state| state.sealed_at = cx.now);
        Ok(())
    }

    /// Only for those who have the turn to seal.
    async fn move_into_columns(&self, cx: &Cx, ward: &Ward) -> Result<(), StoreError> {
        let judged = self.start_to_move(ward);
        self.finish_to_move(cx, ward, judged).await
    }

    /// Takes what was judged out, and says up to where that is.
    fn start_to_move(&self, ward: &Ward) -> Position {
        let judged = ward.look(|state| {
            let spare = std::mem::take(&mut state.spare);
            state.sealing = Arc::new(std::mem::replace(&mut state.unsealed, spare));
            state.judged
        });
        judged.unwrap_or_default()
    }

    async fn finish_to_move(&self, cx: &Cx, ward: &Ward, judged: Position) -> Result<(), StoreError> {
        let Some(samples) = ward.look(|state| Arc::clone(&state.sealing)) else { return Ok(()) };
        let written = match samples.is_empty() {
            true => Ok(()),
            false => cx.series.write(&cx.realm, TRACK, samples, Some(judged)).await,
        };
        ward.look(|state| {
            let mut samples = Arc::unwrap_or_clone(std::mem::take(&mut state.sealing));
            match &written {
                Ok(()) => {
                    let count = samples.len();
                    if count > 0 {
                        state.sealed = judged;
                    }
                    samples.clear();
                    if samples.capacity() / 4 > count {
                        samples.shrink_to(count * 2);
                    }
                    state.spare = samples;
                }
                Err(_) => {
                    samples.append(&mut state.unsealed);
                    state.unsealed = samples;
                }
            }
        });
        written
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
            open: Vec::new(),
            gone: self.gone.iter().map(|(thing, since)| (thing.clone(), *since)).collect(),
        };
        Snapshot { memory, engine: self.engine.snapshot() }
    }
}
