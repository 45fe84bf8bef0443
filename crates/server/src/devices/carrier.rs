//! What is published over HTTPS goes the way of everything that is published.

use std::sync::Arc;

use async_trait::async_trait;
use bartizan_device::room::topic::ReportTopic;
use bartizan_device::room::{Broker, Received};
use bartizan_ledger::StoreError;
use bartizan_mqtt::{Endpoint, Message, Qos};
use bartizan_wire::{Realm, Timestamp};

use super::intake::Intake;

/// Carries messages to the queue of reports and to the subscribers of the endpoint.
#[derive(Debug)]
pub(crate) struct Carrier {
    intake: Arc<Intake>,
    endpoint: Endpoint,
}

impl Carrier {
    pub(crate) fn new(intake: Arc<Intake>, endpoint: Endpoint) -> Self {
        Self { intake, endpoint }
    }

    /// Sends a message to its subscribers.
    fn deliver(&self, topic: &str, payload: Vec<u8>) {
        self.endpoint.deliver(&Message::new(topic, payload, Qos::AtLeastOnce));
    }
}

#[async_trait]
impl Broker for Carrier {
    async fn publish(&self, _realm: &Realm, topic: &str, payload: Vec<u8>, now: Timestamp) -> Result<(), StoreError> {
        let Some(report) = ReportTopic::parse(topic) else {
            // What else is reserved is for the server alone.
            if !topic.starts_with('$') {
                self.deliver(topic, payload);
            }
            return Ok(());
        };
        let received = Received { topic: report, at: now, body: payload };
        let answer = self.intake.submit(received).await.map_err(|error| StoreError::Failed(error.to_string()))?;
        self.deliver(&answer.topic, answer.body);
        Ok(())
    }

    fn tell(&self, topic: &str, payload: Vec<u8>) {
        self.deliver(topic, payload);
    }
}
