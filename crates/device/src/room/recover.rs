//! The start: the latest snapshot, and what was recorded since, judged again in its order. What was found and written
//! before is not written again; what was recorded and not judged before the program ended is judged now.

use std::collections::VecDeque;
use std::sync::Arc;

use bartizan_ledger::{Seq, StoreError};
use bartizan_policy::{Cx, Position};
use bartizan_wire::Timestamp;

use super::DeviceRoom;
use super::actives::Actives;
use super::book::Book;
use super::judge::{POSITION, POSITION_TOPIC};
use super::record::{Record, TRACK};
use super::snapshot::{self, Snapshot};
use super::statistics::Statistics;
use super::throttle::Throttle;
use super::ward::{Batch, State, Step, Ward};
use super::work::entries_between;
use crate::engine::{Active, Engine, Verdict};

/// Recordings that are read at once.
const READ_AT_ONCE: u32 = 4_096;

/// What a start has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Recordings that were judged again.
    pub replayed: u64,
    /// Violations that hold.
    pub active: usize,
}

impl DeviceRoom {
    /// Makes a realm ready. Calls of the others do it if need be.
    ///
    /// # Errors
    /// When the store fails, or what it holds does not read back.
    pub async fn open(&self, cx: &Cx) -> Result<Recovered, StoreError> {
        let _turn = self.turn(cx).await;
        let ward = self.ward_of(&cx.realm);
        if ward.state().is_some() { Ok(Recovered::default()) } else { self.recover(cx, &ward).await }
    }

    pub(super) async fn recover(&self, cx: &Cx, ward: &Arc<Ward>) -> Result<Recovered, StoreError> {
        let mut state = self.restored(cx).await?;
        *ward.state() = None;
        let mut replayed = 0;
        loop {
            let page = cx.tape.read_after(&cx.realm, TRACK, state.judged, READ_AT_ONCE).await?;
            if page.is_empty() {
                break;
            }
            for (end, recording) in page {
                replayed += 1;
                let record = Record::read(&recording)?;
                state.latest = state.latest.max(record.at());
                let step = match record {
                    Record::Plan { seq, at } => {
                        let (entries, _) = entries_between(cx, state.followed, Some(seq)).await?;
                        state.followed = seq;
                        Step::Entries { seq, at, entries }
                    }
                    seen @ Record::Seen { .. } => Step::Seen(seen),
                };
                state.judge(Batch { end, steps: vec![step] })?;
            }
            let writes = std::mem::take(&mut state.unwritten);
            if !writes.is_empty() {
                cx.board.write(&cx.realm, writes).await?;
            }
        }
        let recovered = Recovered { replayed, active: state.actives.len() };
        {
            let mut cloud = ward.cloud();
            cloud.narrowed = Arc::clone(state.compiled.narrowed());
            // Nobody is connected when a server starts: who was there is gone from now on.
            for (thing, since) in &state.gone {
                cloud.windows.recall(thing, *since, cx.now);
            }
        }
        // What was judged again was published before, or there was nobody to hear it.
        state.exports.clear();
        *ward.state() = Some(state);
        Ok(recovered)
    }

    async fn restored(&self, cx: &Cx) -> Result<State, StoreError> {
        let Snapshot { memory, engine } = snapshot::load(cx).await?.unwrap_or_default();
        let mut book = Book::default();
        let (entries, _) = entries_between(cx, Seq(0), Some(memory.seq)).await?;
        book.apply_all(&entries, memory.seq)?;
        let compiled = Arc::new(book.rules.compile()?);
        let plan = Arc::clone(compiled.plan());
        let engine = if engine.is_empty() {
            Engine::salted(Arc::clone(&plan), self.salt)
        } else {
            Engine::restore(&engine, self.salt)
                .map_err(|error| StoreError::Damaged(format!("the state of the engine: {error}")))?
        };
        let mut actives = Actives::default();
        for active in engine.active() {
            let Some(behavior) = plan.behavior(&active.profile, &active.behavior) else { continue };
            actives.hold(&verdict(active), behavior);
        }
        let mut throttle = Throttle::default();
        for (thing, at, id) in memory.throttle {
            throttle.accepted(&thing, &id, at);
        }
        let period = self.settings.period_ms();
        let written = match cx.board.find(&cx.realm, POSITION_TOPIC, POSITION).await? {
            Some(posting) => {
                let text = std::str::from_utf8(&posting.body).ok().and_then(|text| text.parse().ok());
                Position(text.ok_or_else(|| StoreError::Damaged(format!("{POSITION_TOPIC} is no number")))?)
            }
            None => Position::START,
        };
        Ok(State {
            realm: cx.realm.clone(),
            book,
            compiled,
            engine,
            actives,
            throttle,
            backlog: VecDeque::new(),
            followed: memory.seq,
            judged: memory.position,
            written,
            unwritten: Vec::new(),
            exports: Vec::new(),
            sealed: cx.series.sealed(&cx.realm, TRACK).await?.unwrap_or_default(),
            unsealed: Vec::new(),
            sealing: Arc::default(),
            spare: Vec::new(),
            sealed_at: cx.now,
            next_tick: Timestamp(cx.now.0.div_euclid(period).saturating_add(1).saturating_mul(period)),
            latest: memory.latest,
            gone: memory.gone.into_iter().collect(),
            statistics: Statistics::default(),
            waiting: 0,
        })
    }
}

fn verdict(active: Active) -> Verdict {
    let Active { thing, profile, behavior, id, started, last, value, confidence } = active;
    Verdict { thing, profile, behavior, id, started, at: last, value: Some(value), confidence }
}
