//! The loop: a report at regular intervals, and earlier when dpkg or apt has written something.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use bartizan_host::inventory::digest;
use tokio::time::{Instant, sleep};

use super::{Agent, AgentError};
use crate::client::{CallError, random_share};
use crate::collect::{CollectError, Collector, Fingerprint};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between reports when nothing changes, each shorter by up to a tenth, at random. Such a report says that the host is
    /// there and still the same.
    pub interval: Duration,
    /// Between looks at whether something has changed.
    pub watch: Duration,
    /// Between attempts while the server is away, each longer by up to its length, at random.
    pub retry: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { interval: seconds(3_600), watch: seconds(15), retry: seconds(60) }
    }
}

impl Agent {
    /// Reports until `stop` is ready. A server that is away, or a file that cannot be read for a while, is logged and tried
    /// again.
    ///
    /// # Errors
    /// The host has no package database that is read, or the agent's folder cannot be used.
    pub async fn run(&mut self, pace: Pace, stop: impl Future<Output = ()> + Send) -> Result<(), AgentError> {
        let mut stop = pin!(stop);
        // The digest of the newest report that waits. An earlier run's are not looked into.
        let mut waiting = None;
        loop {
            let seen = self.fingerprint();
            let outcome = tokio::select! {
                outcome = self.turn(&mut waiting) => outcome,
                () = &mut stop => return Ok(()),
            };
            let pause = match outcome {
                Ok(()) => pace.interval.mul_f64(1.0 - random_share() / 10.0),
                Err(AgentError::Call(error)) => {
                    tracing::warn!(%error, waiting = self.spool.items().count(), "not reported");
                    match error {
                        CallError::Unavailable { .. } => pace.retry.mul_f64(1.0 + random_share()),
                        _ => pace.interval,
                    }
                }
                Err(AgentError::Collect(error @ CollectError::Read { .. })) => {
                    tracing::error!(%error, "not collected");
                    pace.retry
                }
                Err(error) => return Err(error),
            };
            tokio::select! {
                () = self.changed(seen, pause, pace.watch) => {}
                () = &mut stop => return Ok(()),
            }
        }
    }

    /// Collects and sends. A report that waits already is not put into the spool twice.
    async fn turn(&mut self, waiting: &mut Option<String>) -> Result<(), AgentError> {
        let inventory = self.collect(|_| {}).await?;
        for line in &inventory.blind {
            tracing::info!("{line}");
        }
        let next = Some(digest(&inventory));
        if *waiting != next {
            self.keep(&inventory)?;
            *waiting = next;
        }
        let delivered = self.deliver(&inventory).await?;
        *waiting = None;
        tracing::info!(packages = inventory.installed.len(), "{delivered}");
        Ok(())
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        self.collector.as_ref().map(Collector::fingerprint)
    }

    /// Ready after `pause`, or when the host has changed since it was `seen` and then stayed the same for one look: dpkg
    /// writes its database many times while it works.
    async fn changed(&self, seen: Option<Fingerprint>, pause: Duration, watch: Duration) {
        let end = Instant::now() + pause;
        let mut last = seen;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            sleep(left.min(watch)).await;
            let current = self.fingerprint();
            if current != seen && current == last {
                return;
            }
            last = current;
        }
    }
}
