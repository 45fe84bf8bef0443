//! The writer thread: commits everything that waits as one group.
//!
//! A flush of the disk costs the same for one commit as for hundreds, so the thread takes the first request, then all
//! that are queued behind it, and makes them durable together. It never waits for more to come: the next group gathers
//! while this one is flushed.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use bartizan_ledger::StoreError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::fault::fault;
use crate::file::Opened;
use crate::statistics::{Counters, count};

/// Requests in one transaction at most: bounds how long the first waits for the last.
const GROUP_MAX: usize = 256;
/// Requests that wait at most; a caller beyond waits to get in.
const QUEUE_MAX: usize = 1024;

/// What a file keeps, and how requests change it. Lives on the writer thread.
pub(crate) trait Keeper: Send + 'static {
    /// What is asked for.
    type Request: Send + 'static;
    /// The answer once it is durable.
    type Reply: Send + 'static;
    /// The answer if it was not done.
    type Refusal: From<StoreError> + Send + 'static;
    /// What the keeper knows about the file by heart.
    type Known: Copy;

    /// Does one request inside the group's transaction. Whatever it wrote is undone if it refuses.
    fn apply(&mut self, connection: &Connection, request: Self::Request)
    -> Result<Self::Reply, Refused<Self::Refusal>>;
    /// What is known now; given back to `forget` if what happened since was undone.
    fn known(&self) -> Self::Known;
    /// Takes back what it knew before.
    fn forget(&mut self, known: Self::Known);
    /// These replies, in the order of their requests, become durable, and visible to readers, at some moment before `after_commit`.
    fn before_commit(&mut self, _replies: &mut dyn DoubleEndedIterator<Item = &Self::Reply>) {}
    /// They are durable, or, if not `durable`, undone. Nobody has been answered yet.
    fn after_commit(&mut self, _replies: &mut dyn DoubleEndedIterator<Item = &Self::Reply>, _durable: bool) {}
}

/// Why a request was not done.
pub(crate) enum Refused<R> {
    /// The request's own fault, such as a condition that did not hold.
    Request(R),
    /// The store's.
    Store(rusqlite::Error),
}

impl<R> From<rusqlite::Error> for Refused<R> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error)
    }
}

type Answer<K> = oneshot::Sender<Result<<K as Keeper>::Reply, <K as Keeper>::Refusal>>;
type Waiting<K> = (<K as Keeper>::Request, Answer<K>);

/// The caller's end of the writer thread. Dropping it lets the thread finish what is queued, and waits for that.
pub(crate) struct Writer<K: Keeper> {
    queue: Option<mpsc::Sender<Waiting<K>>>,
    thread: Option<JoinHandle<()>>,
}

impl<K: Keeper> std::fmt::Debug for Writer<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl<K: Keeper> Writer<K> {
    /// Starts the thread.
    pub(crate) fn start(opened: Opened, keeper: K, counters: Arc<Counters>) -> Result<Self, StoreError> {
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let Opened { path, writer: connection } = opened;
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || Thread { path, connection, keeper, counters }.run(requests))
            .map_err(|error| StoreError::Failed(format!("the writer thread does not start: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Asks, and waits until it is durable or refused. A caller that stops waiting does not know which.
    pub(crate) async fn ask(&self, request: K::Request) -> Result<K::Reply, K::Refusal> {
        let stopped = || StoreError::Failed("the writer has stopped: start the program again".to_owned());
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        let (answer, answered) = oneshot::channel();
        queue.send((request, answer)).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

impl<K: Keeper> Drop for Writer<K> {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // a thread that panicked has nothing left to finish
            let _ = thread.join();
        }
    }
}

struct Thread<K> {
    path: PathBuf,
    connection: Connection,
    keeper: K,
    counters: Arc<Counters>,
}

/// A group between its first request and its commit.
struct Group<K: Keeper> {
    done: Vec<(K::Reply, Answer<K>)>,
    refused: Vec<(K::Refusal, Answer<K>)>,
}

impl<K: Keeper> Thread<K> {
    fn run(mut self, mut requests: mpsc::Receiver<Waiting<K>>) {
        while let Some(first) = requests.blocking_recv() {
            let mut waiting = vec![first];
            while waiting.len() < GROUP_MAX
                && let Ok(next) = requests.try_recv()
            {
                waiting.push(next);
            }
            self.group(waiting);
        }
    }

    fn group(&mut self, waiting: Vec<Waiting<K>>) {
        let before = self.keeper.known();
        if let Err(error) = self.execute(include_str!("../sql/file/begin.sql")) {
            self.fail(waiting.into_iter().map(|(_, answer)| answer), "beginning to write", &error);
            return;
        }
        let mut group = Group { done: Vec::with_capacity(waiting.len()), refused: Vec::new() };
        let mut waiting = waiting.into_iter();
        while let Some((request, answer)) = waiting.next() {
            let known = self.keeper.known();
            match self.request(request) {
                Ok(reply) => group.done.push((reply, answer)),
                Err(Refused::Request(refusal)) => {
                    self.keeper.forget(known);
                    group.refused.push((refusal, answer));
                }
                Err(Refused::Store(error)) if self.connection.is_autocommit() => {
                    // SQLite has rolled the whole transaction back, as it does when the disk is full
                    self.keeper.forget(before);
                    let rest = waiting.map(|(_, answer)| answer);
                    self.fail(group.answers().chain([answer]).chain(rest), "writing", &error);
                    return;
                }
                Err(Refused::Store(error)) => {
                    self.keeper.forget(known);
                    self.fail([answer].into_iter(), "writing", &error);
                }
            }
        }
        self.finish(group, before);
    }

    /// One request, undone if it fails.
    fn request(&mut self, request: K::Request) -> Result<K::Reply, Refused<K::Refusal>> {
        self.execute(include_str!("../sql/file/savepoint.sql"))?;
        let reply = self.keeper.apply(&self.connection, request);
        // after a full rollback there is no savepoint left to go back to
        if reply.is_err() && !self.connection.is_autocommit() {
            self.execute(include_str!("../sql/file/rollback_to.sql"))?;
        }
        if !self.connection.is_autocommit() {
            self.execute(include_str!("../sql/file/release.sql"))?;
        }
        reply
    }

    fn finish(&mut self, group: Group<K>, before: K::Known) {
        if group.done.is_empty() {
            self.roll_back();
            self.answer(group);
            return;
        }
        self.keeper.before_commit(&mut group.done.iter().map(|(reply, _)| reply));
        match self.execute(include_str!("../sql/file/commit.sql")) {
            Ok(()) => {
                self.keeper.after_commit(&mut group.done.iter().map(|(reply, _)| reply), true);
                count(&self.counters.groups, 1);
                count(&self.counters.commits, group.done.len());
                self.counters.largest_group.fetch_max(group.done.len() as u64, Ordering::Relaxed);
                self.answer(group);
            }
            Err(error) => {
                self.roll_back();
                self.keeper.forget(before);
                self.keeper.after_commit(&mut group.done.iter().map(|(reply, _)| reply), false);
                // A refusal may rest on a commit of this group that is now undone, so it is void as well.
                self.fail(group.answers(), "committing", &error);
            }
        }
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.execute(include_str!("../sql/file/rollback.sql"))
        {
            tracing::error!(path = %self.path.display(), %error, "a transaction could not be rolled back");
        }
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn answer(&self, group: Group<K>) {
        count(&self.counters.refused, group.refused.len());
        for (reply, answer) in group.done {
            // a caller that went away does not want to know
            let _ = answer.send(Ok(reply));
        }
        for (refusal, answer) in group.refused {
            let _ = answer.send(Err(refusal));
        }
    }

    fn fail(&self, answers: impl Iterator<Item = Answer<K>>, doing: &str, error: &rusqlite::Error) {
        let error = fault(&self.path, doing, error);
        tracing::error!(%error, "nothing was written");
        for answer in answers {
            count(&self.counters.failed, 1);
            let _ = answer.send(Err(error.clone().into()));
        }
    }
}

impl<K: Keeper> Group<K> {
    fn answers(self) -> impl Iterator<Item = Answer<K>> {
        let done = self.done.into_iter().map(|(_, answer)| answer);
        done.chain(self.refused.into_iter().map(|(_, answer)| answer))
    }
}
