//! The one queue of reports, from whatever they come: what waits together becomes durable with one flush of the disk. It
//! is judged while the next becomes durable.

use std::sync::Arc;

use bartizan_device::room::{Answer, DeviceRoom, Received};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::own;
use crate::surroundings::Surroundings;

/// Reports that wait at most; a sender beyond waits to get in.
const QUEUE_MAX: usize = 8_192;
/// Reports that become durable together at most.
const BATCH_MAX: usize = 1_024;

/// A report, and who waits for the answer.
#[derive(Debug)]
struct Incoming {
    received: Received,
    answer: oneshot::Sender<Answer>,
}

/// The report could not be kept: the store failed, or the server stops. It may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the report cannot be kept now: send it again")]
pub(crate) struct NotKept;

/// Where reports are handed in.
#[derive(Debug)]
pub(crate) struct Intake {
    queue: mpsc::Sender<Incoming>,
    closing: Arc<Notify>,
}

impl Intake {
    /// An empty queue, and the task that empties it.
    pub(crate) fn start(surroundings: Arc<Surroundings>, room: Arc<DeviceRoom>) -> (Self, JoinHandle<()>) {
        let (queue, incoming) = mpsc::channel(QUEUE_MAX);
        let closing = Arc::new(Notify::new());
        let task = tokio::spawn(run(surroundings, room, incoming, Arc::clone(&closing)));
        (Self { queue, closing }, task)
    }

    /// Waits until a report is durable, and returns what is answered to it.
    pub(crate) async fn submit(&self, received: Received) -> Result<Answer, NotKept> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Incoming { received, answer }).await.map_err(|_| NotKept)?;
        answered.await.map_err(|_| NotKept)
    }

    /// Nothing is taken in any more.
    pub(crate) fn close(&self) {
        self.closing.notify_one();
    }
}

async fn run(
    surroundings: Arc<Surroundings>,
    room: Arc<DeviceRoom>,
    mut queue: mpsc::Receiver<Incoming>,
    closing: Arc<Notify>,
) {
    let (bell, ringing) = mpsc::channel(1);
    let judging = tokio::spawn(judge(Arc::clone(&surroundings), Arc::clone(&room), ringing));
    let mut batch = Vec::with_capacity(BATCH_MAX);
    loop {
        let count = tokio::select! {
            count = queue.recv_many(&mut batch, BATCH_MAX) => count,
            () = closing.notified() => 0,
        };
        if count == 0 {
            break;
        }
        let (received, answers): (Vec<Received>, Vec<oneshot::Sender<Answer>>) =
            batch.drain(..).map(|incoming| (incoming.received, incoming.answer)).unzip();
        let cx = own(&surroundings);
        match room.take_in(&cx, received).await {
            Ok(given) => {
                for (waiting, answer) in answers.into_iter().zip(given) {
                    // Whoever has gone away meanwhile sends again, and is told then.
                    let _still_there = waiting.send(answer);
                }
            }
            Err(error) => tracing::error!(%error, count, "reports could not be kept"),
        }
        // If it rings already, this batch is judged with the one before.
        let _rings = bell.try_send(());
    }
    drop(bell);
    if let Err(error) = judging.await {
        tracing::error!(%error, "the judgment of reports did not come to its end");
    }
}

/// Judges what was taken in, until nothing more will be.
async fn judge(surroundings: Arc<Surroundings>, room: Arc<DeviceRoom>, mut ringing: mpsc::Receiver<()>) {
    while ringing.recv().await.is_some() {
        if let Err(error) = room.settle(&own(&surroundings)).await {
            tracing::error!(%error, "reports could not be judged");
        }
    }
}
