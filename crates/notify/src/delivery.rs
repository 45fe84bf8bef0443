//! [`Delivery`]: the loop that takes alerts from the board to their receivers, each at least once.
//!
//! An alert leaves the outbox only after its receiver has taken it, in a write of its own. A process that dies in between
//! delivers it once more; receivers tell that by the alert's id.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bartizan_ledger::{Board, StoreError, Write};
use bartizan_policy::alert::{OUTBOX, Waiting};
use bartizan_wire::{Realm, Timestamp};
use tokio::task::JoinSet;

use crate::dead;
use crate::pace::{Pace, later};
use crate::queue::{Outcome, Queue, Step};
use crate::sink::Sinks;

/// Alerts that are read from the board at once.
const PAGE: u16 = 500;
/// How far behind the newest alert seen new ones are looked for: windows close up to five minutes after their end, and a
/// server may have been slow to judge them.
const BEHIND_MILLISECONDS: i64 = 15 * 60 * 1_000;
/// Between two clearances of dead letters.
const PRUNE_EVERY: Duration = Duration::from_secs(60 * 60);
/// How long deliveries under way may take when the program stops.
const GRACE: Duration = Duration::from_secs(5);

/// Tells the time. Only `server` has one that is real (R4).
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// Says that there is something new in the outbox. A clone rings the same bell.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<tokio::sync::Notify>);

impl Bell {
    /// The delivery looks at once, rather than when it would have looked anyway.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// Delivers the alerts of one realm.
pub struct Delivery {
    board: Arc<dyn Board>,
    realm: Realm,
    sinks: Arc<Sinks>,
    pace: Pace,
    bell: Bell,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").field("realm", &self.realm).field("pace", &self.pace).finish_non_exhaustive()
    }
}

/// What a task of the loop comes back with.
enum Done {
    Tried { target: String, subject: String, waiting: Option<Box<Waiting>>, outcome: Outcome },
    Settled { target: String, subject: String, step: Step, written: Result<(), StoreError> },
}

impl Delivery {
    /// A delivery that has not begun.
    pub fn new(
        board: Arc<dyn Board>,
        realm: Realm,
        sinks: Arc<Sinks>,
        pace: Pace,
        bell: Bell,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { board, realm, sinks, pace, bell, clock }
    }

    /// Delivers until `stop` is ready, and lets what is under way finish for a while then.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let mut queue = Queue::new(self.pace);
        let mut tasks = JoinSet::new();
        let mut newest: Option<Timestamp> = None;
        let mut look = true;
        let mut prune_at = Timestamp::default();
        loop {
            if queue.hungry() {
                (newest, look) = (None, true);
            }
            if std::mem::take(&mut look) {
                match self.look(&mut queue, newest).await {
                    Ok(seen) => newest = newest.max(seen),
                    Err(error) => tracing::error!(%error, "the outbox cannot be read; trying again"),
                }
            }
            let now = self.clock.now();
            if prune_at <= now {
                prune_at = later(now, PRUNE_EVERY);
                if let Err(error) = dead::prune(self.board.as_ref(), &self.realm, now).await {
                    tracing::error!(%error, "old dead letters cannot be removed; trying again later");
                }
            }
            for (target, subject) in queue.start(now) {
                tasks.spawn(attempt(
                    Arc::clone(&self.board),
                    self.realm.clone(),
                    Arc::clone(&self.sinks),
                    target,
                    subject,
                    now,
                ));
            }
            let until_next = queue.next().map_or(self.pace.look, |next| {
                Duration::from_millis(u64::try_from(next.0.saturating_sub(now.0)).unwrap_or_default())
            });
            tokio::select! {
                Some(done) = tasks.join_next() => match done {
                    Ok(done) => self.done(&mut queue, &mut tasks, done),
                    Err(error) => tracing::error!(%error, "a delivery broke off; it is taken up again at the next start"),
                },
                () = self.bell.0.notified() => look = true,
                () = tokio::time::sleep(until_next.min(self.pace.look)) => look = until_next >= self.pace.look,
                () = &mut stop => break,
            }
        }
        let finish = async {
            while let Some(done) = tasks.join_next().await {
                if let Ok(done) = done {
                    self.done(&mut queue, &mut tasks, done);
                }
            }
        };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::info!("deliveries were still under way; they are repeated at the next start");
        }
    }

    /// Reads the outbox, all of it or what is new, and says how new the newest is.
    async fn look(&self, queue: &mut Queue, newest: Option<Timestamp>) -> Result<Option<Timestamp>, StoreError> {
        let mut after = newest.map(|newest| format!("{:014}", newest.0.saturating_sub(BEHIND_MILLISECONDS).max(0)));
        let mut seen = newest;
        loop {
            let postings = self.board.list(&self.realm, OUTBOX, after.as_deref(), PAGE).await?;
            for posting in &postings {
                seen = seen.max(Some(posting.at));
                match serde_json::from_slice::<Waiting>(&posting.body) {
                    Ok(waiting) => queue.offer(&posting.subject, &waiting),
                    Err(error) => tracing::error!(subject = posting.subject, %error, "an alert cannot be read"),
                }
            }
            match postings.last() {
                Some(last) if postings.len() == usize::from(PAGE) => after = Some(last.subject.clone()),
                _ => return Ok(seen),
            }
        }
    }

    fn done(&self, queue: &mut Queue, tasks: &mut JoinSet<Done>, done: Done) {
        let now = self.clock.now();
        match done {
            Done::Tried { target, subject, waiting, outcome } => {
                let step = queue.judge(&target, &subject, outcome, now);
                tell(&target, &subject, &step);
                let writes = writes(&subject, waiting, &step, now);
                let (board, realm) = (Arc::clone(&self.board), self.realm.clone());
                tasks.spawn(async move {
                    let written = board.write(&realm, writes).await;
                    Done::Settled { target, subject, step, written }
                });
            }
            Done::Settled { target, subject, step, written } => {
                if let Err(error) = &written {
                    tracing::error!(subject, %error, "what became of an alert cannot be written; it is tried again");
                }
                queue.settled(&target, &subject, written.is_ok().then_some(&step), now);
            }
        }
    }
}

async fn attempt(
    board: Arc<dyn Board>,
    realm: Realm,
    sinks: Arc<Sinks>,
    target: String,
    subject: String,
    now: Timestamp,
) -> Done {
    let read = board.find(&realm, OUTBOX, &subject).await;
    let waiting = read.map(|posting| posting.and_then(|posting| serde_json::from_slice::<Waiting>(&posting.body).ok()));
    match waiting {
        Ok(Some(waiting)) => {
            let outcome = sinks.deliver(&waiting.alert, now).await;
            Done::Tried { target, subject, waiting: Some(Box::new(waiting)), outcome }
        }
        Ok(None) => Done::Tried { target, subject, waiting: None, outcome: Outcome::Gone },
        Err(error) => {
            let outcome = Outcome::Later { why: error.to_string(), away: false, after: None };
            Done::Tried { target, subject, waiting: None, outcome }
        }
    }
}

fn writes(subject: &str, waiting: Option<Box<Waiting>>, step: &Step, now: Timestamp) -> Vec<Write> {
    match (waiting, step) {
        (Some(mut waiting), Step::Wait { attempts, next, error }) => {
            (waiting.attempts, waiting.next, waiting.error) = (*attempts, *next, Some(error.clone()));
            vec![waiting.write(OUTBOX)]
        }
        (Some(waiting), Step::Bury { attempts, error }) => dead::bury(*waiting, *attempts, error.clone(), now),
        (Some(_), Step::Forget) => vec![Write::remove(OUTBOX, subject)],
        // Never read: it is left as it is.
        (None, _) => Vec::new(),
    }
}

fn tell(target: &str, subject: &str, step: &Step) {
    match step {
        Step::Forget => tracing::debug!(target, subject, "alert delivered"),
        Step::Wait { attempts, error, .. } => {
            tracing::warn!(target, subject, attempts, error, "alert not delivered yet")
        }
        Step::Bury { attempts, error } => tracing::error!(
            target,
            subject,
            attempts,
            error,
            "alert given up; `bartizan alerts dead` shows it, `bartizan alerts retry` has it tried again"
        ),
    }
}
