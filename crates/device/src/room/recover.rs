//! The start: the latest snapshot, and what was recorded since, judged again in its order. What was found and written
//! before is not written again; what was recorded and not judged before the program ended is judged now. Where the
//! snapshot does not read back, [`rebuild`](super::rebuild) stands in for it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bartizan_ledger::{Seq, StoreError};
use bartizan_policy::{Cx, Position};
use bartizan_wire::Timestamp;

use super::DeviceRoom;
use super::actives::Actives;
use super::book::Book;
use super::judge::{POSITION, POSITION_TOPIC};
use super::mark::Open;
use super::rebuild::Rebuilt;
use super::record::{Record, TRACK};
use super::snapshot::{self, Found, Memory, Snapshot};
use super::statistics::Statistics;
use super::throttle::Throttle;
use super::ward::{Batch, State, Step, Ward};
use super::work::entries_between;
use crate::engine::{Active, Engine, Verdict};
use crate::violation::verification;

/// Recordings that are read at once.
const READ_AT_ONCE: u32 = 4_096;

/// What a start has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Recordings that were judged again.
    pub replayed: u64,
    /// Violations that hold.
    pub active: usize,
    /// The snapshot could not be read, and this was done instead.
    pub rebuilt: Option<Rebuilt>,
    /// Why columns do not read back: devices are judged as before, and nobody can look at what was measured.
    pub unreadable: Option<String>,
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
        let (mut state, mut open, rebuilt) = self.restored(cx).await?;
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
                open.follow(&record);
                let steps = match record {
                    Record::Plan { seq, at } => {
                        let (entries, _) = entries_between(cx, state.followed, Some(seq)).await?;
                        state.followed = seq;
                        vec![Step::Entries { seq, at, entries }]
                    }
                    Record::Counted { .. } => Vec::new(),
                    seen @ Record::Seen { .. } => vec![Step::Seen(seen)],
                };
                state.judge(Batch { end, steps })?;
            }
            let writes = std::mem::take(&mut state.unwritten);
            if !writes.is_empty() {
                cx.board.write(&cx.realm, writes).await?;
            }
        }
        let open = open.finish(self.settings.period_ms());
        let (_, unreadable) = sealed(cx, state.sealed).await?;
        let recovered = Recovered { replayed, active: state.actives.len(), rebuilt, unreadable };
        {
            let mut cloud = ward.cloud();
            cloud.narrowed = Arc::clone(state.compiled.narrowed());
            // Nobody is connected when a server starts: who was there is gone from now on.
            for (thing, since) in &state.gone {
                cloud.windows.recall(thing, *since, cx.now);
            }
            if let Some((_, counts)) = &open {
                for thing in counts.keys().filter(|thing| !state.gone.contains_key(*thing)) {
                    cloud.windows.recall(thing, None, cx.now);
                }
                cloud.windows.marked(counts.clone());
            }
        }
        state.forget_verified();
        *ward.state() = Some(state);
        // A window whose end has passed meanwhile is closed as of then; another one goes on.
        if let Some((end, _)) = open.filter(|(end, _)| *end <= cx.now) {
            self.close_window(cx, ward, end).await?;
        }
        Ok(recovered)
    }

    /// The state as of the latest snapshot.
    async fn restored(&self, cx: &Cx) -> Result<(State, Open, Option<Rebuilt>), StoreError> {
        let Snapshot { mut memory, engine } = match snapshot::load(cx).await? {
            Found::Whole(snapshot) => snapshot,
            Found::Damaged { why, memory } => return self.rebuilt(cx, why, memory).await,
            Found::Nothing => {
                let compiled = Arc::new(Book::default().rules.compile()?);
                let engine = Engine::salted(Arc::clone(compiled.plan()), self.salt);
                let state = self.state(cx, Memory::default(), Book::default(), engine).await?;
                return Ok((state, Open::default(), None));
            }
        };
        let engine = match Engine::restore(&engine, self.salt) {
            Ok(engine) => engine,
            Err(damaged) => return self.rebuilt(cx, damaged.to_string(), Some(memory)).await,
        };
        let mut book = Book::default();
        let (entries, _) = entries_between(cx, Seq(0), Some(memory.seq)).await?;
        book.apply_all(&entries, memory.seq)?;
        let open = Open::new(std::mem::take(&mut memory.open), memory.latest);
        Ok((self.state(cx, memory, book, engine).await?, open, None))
    }

    /// Everything that judges, from what it remembers.
    pub(super) async fn state(&self, cx: &Cx, memory: Memory, book: Book, engine: Engine) -> Result<State, StoreError> {
        let compiled = Arc::new(book.rules.compile()?);
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
        let mut state = State {
            realm: cx.realm.clone(),
            book,
            compiled,
            engine,
            actives: Actives::default(),
            throttle,
            backlog: VecDeque::new(),
            followed: memory.seq,
            judged: memory.position,
            written,
            unwritten: Vec::new(),
            exports: Vec::new(),
            sealed: sealed(cx, memory.position).await?.0,
            unsealed: Vec::new(),
            sealing: Arc::default(),
            spare: Vec::new(),
            sealed_at: cx.now,
            next_tick: Timestamp(cx.now.0.div_euclid(period).saturating_add(1).saturating_mul(period)),
            latest: memory.latest,
            gone: memory.gone.into_iter().collect(),
            former_targets: BTreeMap::new(),
            verified: verification::all(cx).await?,
            statistics: Statistics::default(),
            waiting: 0,
        };
        state.list_actives();
        Ok(state)
    }
}

/// Up to where everything is in columns, and why they cannot tell: then `otherwise` is taken for it, and what was moved
/// into columns since that is there twice, which who reads them passes over.
pub(super) async fn sealed(cx: &Cx, otherwise: Position) -> Result<(Position, Option<String>), StoreError> {
    match cx.series.sealed(&cx.realm, TRACK).await {
        Ok(position) => Ok((position.unwrap_or_default(), None)),
        Err(StoreError::Damaged(why)) => Ok((otherwise, Some(why))),
        Err(error) => Err(error),
    }
}

impl State {
    /// Forgets what was said of violations that hold no longer.
    fn forget_verified(&mut self) {
        let Self { verified, actives, .. } = self;
        verified.retain(|id, _| id.parse().is_ok_and(|id| actives.find(id).is_some()));
    }

    /// Lists the alarms that the engine holds.
    pub(super) fn list_actives(&mut self) {
        self.actives = Actives::default();
        let plan = Arc::clone(self.compiled.plan());
        for active in self.engine.active() {
            let Some(behavior) = plan.behavior(&active.profile, &active.behavior) else { continue };
            self.actives.hold(&verdict(active), behavior);
        }
    }
}

fn verdict(active: Active) -> Verdict {
    let Active { thing, profile, behavior, id, started, last, value, confidence } = active;
    Verdict { thing, profile, behavior, id, started, at: last, value: Some(value), confidence }
}
