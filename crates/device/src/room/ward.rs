//! [`Ward`]: one realm under watch.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bartizan_ledger::{Entry, Seq, StoreError, Write};
use bartizan_policy::Position;
use bartizan_policy::series::Sample;
use bartizan_wire::{Realm, Timestamp};

use super::actives::Actives;
use super::book::Book;
use super::record::Record;
use super::rules::{Compiled, Covering};
use super::statistics::Statistics;
use super::throttle::Throttle;
use super::window::{Narrowed, Windows};
use crate::engine::Engine;
use crate::violation::verification::VerificationState;

/// What is known of one realm.
#[derive(Debug, Default)]
pub(crate) struct Ward {
    state: Mutex<Option<State>>,
    cloud: Mutex<Cloud>,
}

/// What is counted until the window closes. Apart from the rest, because every message passes here.
#[derive(Debug, Default)]
pub(crate) struct Cloud {
    pub(crate) windows: Windows,
    pub(crate) narrowed: Arc<[Narrowed]>,
    /// Things whose next report is the first after their connection.
    pub(crate) connected: BTreeSet<Arc<str>>,
    /// When what is counted was made durable last.
    pub(crate) marked_at: Timestamp,
}

/// Everything that judges.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) realm: Realm,
    /// The documents by which things are judged.
    pub(crate) book: Book,
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) engine: Engine,
    pub(crate) actives: Actives,
    pub(crate) throttle: Throttle,
    /// Recorded and not yet judged, in order.
    pub(crate) backlog: VecDeque<Batch>,
    /// Up to where in the ledger changes are recorded.
    pub(crate) followed: Seq,
    /// Up to where everything is judged.
    pub(crate) judged: Position,
    /// Findings up to here were written before: a replay does not write them again.
    pub(crate) written: Position,
    /// What was found and could not be written yet.
    pub(crate) unwritten: Vec<Write>,
    /// What is exported and was not published yet, or perhaps not: topics, and entries of their batches.
    pub(crate) exports: Vec<(String, String)>,
    /// Up to where everything is in columns.
    pub(crate) sealed: Position,
    /// Judged and not yet in columns.
    pub(crate) unsealed: Vec<Sample>,
    /// On the way into columns: they may be there already.
    pub(crate) sealing: Arc<Vec<Sample>>,
    /// An emptied list with room for as many.
    pub(crate) spare: Vec<Sample>,
    /// When columns were written last.
    pub(crate) sealed_at: Timestamp,
    /// The end of the window that is open.
    pub(crate) next_tick: Timestamp,
    /// The time of what was recorded last; time does not go backwards on the tape.
    pub(crate) latest: Timestamp,
    /// Since when a thing is gone, or that it is there: from what its last window said.
    pub(crate) gone: BTreeMap<Arc<str>, Option<Timestamp>>,
    /// Whom profiles told that are being deleted.
    pub(crate) former_targets: BTreeMap<String, Vec<String>>,
    /// What was said of violations that hold, by their ids: alerts tell it.
    pub(crate) verified: BTreeMap<String, VerificationState>,
    pub(crate) statistics: Statistics,
    pub(crate) waiting: usize,
}

/// What was recorded with one append.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Where the track ended after it.
    pub(crate) end: Position,
    pub(crate) steps: Vec<Step>,
}

/// One step of the judgment.
#[derive(Debug)]
pub(crate) enum Step {
    /// Something was observed.
    Seen(Record),
    /// These documents hold from now on.
    Entries { seq: Seq, at: Timestamp, entries: Vec<Entry> },
}

impl Batch {
    pub(crate) fn observations(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Seen(_))).count()
    }
}

impl Ward {
    /// The state; `None` until the realm was recovered.
    pub(crate) fn state(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state, if there is one.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&mut State) -> T) -> Option<T> {
        self.state().as_mut().map(at)
    }

    pub(crate) fn cloud(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Observations that wait for their judgment.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Queues what was recorded.
    pub(crate) fn push(&mut self, batch: Batch) {
        self.waiting += batch.observations();
        self.backlog.push_back(batch);
    }

    /// Judges batches until about so many steps are done, or nothing waits. Returns how many that were.
    pub(crate) fn judge_some(&mut self, about: usize) -> Result<usize, StoreError> {
        let mut judged = 0;
        while judged < about
            && let Some(batch) = self.backlog.pop_front()
        {
            judged += batch.steps.len();
            self.waiting = self.waiting.saturating_sub(batch.observations());
            self.judge(batch)?;
        }
        Ok(judged)
    }

    /// The time at which something is recorded: never before what was recorded last.
    pub(crate) fn time(&mut self, now: Timestamp) -> Timestamp {
        self.latest = self.latest.max(now);
        self.latest
    }

    /// Who is covered by what.
    pub(crate) fn covering(&self) -> Covering<'_> {
        Covering { compiled: &self.compiled, places: self.book.fleet.as_ref() }
    }
}
