//! What goes to the server: the host, when it is not what the server has, and all that waits.

use bartizan_agent::client::CallError;
use bartizan_agent::clock;
use bartizan_agent::spool::Kind;
use bartizan_container::observe::{FoundImage, HostReport};
use bytes::Bytes;
use serde_json::json;

use super::Work;
use crate::calls::{EVENTS, HOST, Nothing, SCAN};
use crate::sensor::SensorError;

/// Milliseconds that a report may stay unsent because nothing has changed, so that a server that lost its store has it again.
const REPORT_EVERY_MS: i64 = 3_600_000;

impl Work {
    /// Sends the host's images, if they are not those that the server has.
    pub(super) async fn note(&mut self, images: Vec<FoundImage>, mut missed: Vec<String>) -> Result<(), SensorError> {
        let dropped = self.spool.dropped();
        if dropped > 0 {
            missed.push(format!(
                "{dropped} scans or batches of events were dropped unsent: the sensor's folder was full"
            ));
        }
        let containers = self.containers.clone();
        let report = HostReport { facts: self.facts.clone(), images, containers, missed };
        let sent = self.reported.as_ref();
        if sent.is_some_and(|(sent, since)| *sent == report && clock::now().0 - since.0 < REPORT_EVERY_MS) {
            return Ok(());
        }
        let body = json!({ "SensorId": self.credential.instance_id, "Report": crate::text(&report) }).to_string();
        match self.client.post::<Nothing>(HOST, Bytes::from(body), Some(&self.credential)).await {
            Ok(Nothing {}) => self.reported = Some((report, clock::now())),
            Err(error @ CallError::Denied(_)) => return Err(error.into()),
            Err(error) => tracing::warn!(%error, "the host was not reported"),
        }
        Ok(())
    }

    /// Sends what waits, as far as that goes now.
    pub(super) async fn try_deliver(&mut self) -> Result<(), SensorError> {
        match self.deliver().await {
            Err(SensorError::Call(error)) if !matches!(error, CallError::Denied(_)) => {
                tracing::warn!(%error, "not reported");
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Sends all scans that wait.
    pub(crate) async fn deliver(&mut self) -> Result<(), SensorError> {
        while let Some(item) = self.spool.items().next().cloned() {
            let body = Bytes::from(self.spool.read(&item)?);
            let path = if *item.kind() == Kind::Events { EVENTS } else { SCAN };
            match self.client.post::<Nothing>(path, body, Some(&self.credential)).await {
                Ok(Nothing {}) => {}
                Err(CallError::Refused { status, text, .. }) => {
                    tracing::error!(status, text, "the server will not take a report; it is dropped");
                }
                Err(error) => return Err(error.into()),
            }
            self.spool.remove(&item)?;
        }
        Ok(self.spool.forget_dropped()?)
    }
}
