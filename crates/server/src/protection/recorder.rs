//! Records requests on the tape, for previews: some of each second, without what opens doors.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bartizan_access::authorize::ROOT;
use bartizan_gateway::{Seen, Watcher};
use bartizan_policy::tape::Recording;
use bartizan_web::recorded;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use crate::surroundings::Surroundings;

/// Requests of a second that are recorded; of more, the first.
const A_SECOND: u64 = 200;
/// Recordings that wait to be written; more are dropped.
const WAITING_MAX: usize = 2_000;
/// Recordings that are written together.
const TOGETHER: usize = 500;
/// How long recordings wait for others.
const WAIT: Duration = Duration::from_millis(300);
/// How long the last recordings may take at shutdown.
pub(super) const LAST_WRITE: Duration = Duration::from_secs(5);

/// Records requests.
#[derive(Debug)]
pub(super) struct Recorder {
    recordings: Sender<Recording>,
    second: AtomicI64,
    of_second: AtomicU64,
}

impl Recorder {
    pub(super) fn start(surroundings: Arc<Surroundings>) -> (Self, JoinHandle<()>) {
        let (recordings, waiting) = channel(WAITING_MAX);
        let writing = tokio::spawn(write_all(surroundings, waiting));
        (Self { recordings, second: AtomicI64::new(0), of_second: AtomicU64::new(0) }, writing)
    }
}

impl Watcher for Recorder {
    fn seen(&self, seen: &Seen<'_>) {
        let at = seen.request.at;
        let second = at.0.div_euclid(1_000);
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.of_second.store(0, Ordering::Relaxed);
        }
        if self.of_second.fetch_add(1, Ordering::Relaxed) >= A_SECOND {
            return;
        }
        let body = recorded::write(seen.request);
        // what does not fit is no loss: these are samples
        let _dropped = self.recordings.try_send(Recording { subject: seen.resource.to_owned(), at, body });
    }
}

async fn write_all(surroundings: Arc<Surroundings>, mut waiting: Receiver<Recording>) {
    while let Some(first) = waiting.recv().await {
        let mut together = vec![first];
        tokio::time::sleep(WAIT).await;
        while together.len() < TOGETHER
            && let Ok(next) = waiting.try_recv()
        {
            together.push(next);
        }
        let cx = surroundings.own(ROOT, "gateway");
        if let Err(error) = cx.tape.append(&cx.realm, recorded::TRACK, together).await {
            tracing::error!(%error, "requests could not be recorded");
        }
    }
}
