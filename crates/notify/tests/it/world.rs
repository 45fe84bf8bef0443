//! A board, alerts, and a delivery that can be stopped.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bartizan_ledger::{Board, MemoryBoard};
use bartizan_ledger_sqlite::SqliteBoard;
use bartizan_notify::dead::{DEAD, DeadLetter};
use bartizan_notify::{Alert, Bell, Delivery, OUTBOX, Pace, Ringing, Sinks, enqueue};
use bartizan_wire::{Realm, Timestamp};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// When the tests begin.
pub(crate) const START: Timestamp = Timestamp(1_790_000_000_000);
pub(crate) const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:ops";
/// The secret of every webhook here, and its bytes in base64.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(crate) fn realm() -> Realm {
    Realm::new("123456789012", "us-east-1").unwrap()
}

/// Tries again so soon that a test can wait for it.
pub(crate) fn pace() -> Pace {
    Pace { pause: Duration::from_millis(10), pause_max: Duration::from_millis(80), ..Pace::default() }
}

/// The `number`th alert of a stream.
pub(crate) fn alert(target: &str, stream: &str, number: i64) -> Alert {
    Alert {
        id: format!("{stream}.{number}"),
        target: target.to_owned(),
        stream: stream.to_owned(),
        at: Timestamp(START.0 + number),
        message: format!(r#"{{"thingName":"{stream} & co","violationEventTime":{number}}}"#),
        finding: format!(r#"{{"class_uid":2004,"number":{number}}}"#),
        heading: None,
    }
}

pub(crate) fn webhook(url: &str, arn: &str) -> String {
    format!(r#"{{"Arn":"{arn}","Webhook":{{"Url":"{url}","Secret":"{SECRET}","TimeoutSeconds":1}}}}"#)
}

pub(crate) fn sinks(entries: &[String]) -> Arc<Sinks> {
    Arc::new(Sinks::parse(format!(r#"{{"Sinks":[{}]}}"#, entries.join(",")).as_bytes()).unwrap())
}

pub(crate) struct World {
    pub(crate) board: Arc<dyn Board>,
    bell: Bell,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(Arc::new(MemoryBoard::new()))
    }

    pub(crate) fn on_disk(folder: &Path) -> Self {
        Self::of(Arc::new(SqliteBoard::open(folder.join("board.sqlite")).unwrap()))
    }

    fn of(board: Arc<dyn Board>) -> Self {
        let bell = Bell::default();
        Self { board: Arc::new(Ringing::new(board, bell.clone())), bell, running: None }
    }

    pub(crate) fn run(&mut self, sinks: Arc<Sinks>, pace: Pace) {
        let began = Instant::now();
        let clock = move || Timestamp(START.0 + i64::try_from(began.elapsed().as_millis()).unwrap());
        let delivery = Delivery::new(Arc::clone(&self.board), realm(), sinks, pace, self.bell.clone(), Arc::new(clock));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(delivery.run(async move {
            let _dropped_as_well = stopped.await;
        }));
        self.running = Some((stop, task));
    }

    pub(crate) async fn stop(&mut self) {
        let (stop, task) = self.running.take().unwrap();
        stop.send(()).unwrap();
        task.await.unwrap();
    }

    /// As a room does it, together with whatever else it has to write.
    pub(crate) async fn tell(&self, alerts: &[Alert]) {
        self.board.write(&realm(), enqueue(alerts, START)).await.unwrap();
    }

    pub(crate) async fn waiting(&self) -> usize {
        self.board.list(&realm(), OUTBOX, None, 1_000).await.unwrap().len()
    }

    pub(crate) async fn dead(&self) -> Vec<DeadLetter> {
        let postings = self.board.list(&realm(), DEAD, None, 1_000).await.unwrap();
        postings.iter().map(|posting| serde_json::from_slice(&posting.body).unwrap()).collect()
    }

    /// Waits until nothing waits.
    pub(crate) async fn drained(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.waiting().await > 0 {
            assert!(Instant::now() < until, "{} still wait", self.waiting().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
