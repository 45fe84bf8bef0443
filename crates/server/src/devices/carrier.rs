//! What is published over HTTPS goes the way of everything that is published, and what the room tells goes to wherever
//! somebody may be subscribed: the own endpoint, and the brokers that are bridged.

use std::sync::Arc;

use async_trait::async_trait;
use bartizan_device::room::topic::ReportTopic;
use bartizan_device::room::{Broker, Received};
use bartizan_ledger::StoreError;
use bartizan_mqtt::{BridgeHandle, Endpoint, Message, Qos};
use bartizan_wire::{Realm, Timestamp};

use super::intake::Intake;

/// Carries messages to the queue of reports and to the subscribers of the endpoint.
#[derive(Debug)]
pub(crate) struct Carrier {
    intake: Arc<Intake>,
    endpoint: Endpoint,
    brokers: Vec<BridgeHandle>,
}

impl Carrier {
    pub(crate) fn new(intake: Arc<Intake>, endpoint: Endpoint, brokers: Vec<BridgeHandle>) -> Self {
        Self { intake, endpoint, brokers }
    }

    /// Sends a message to its subscribers.
    fn deliver(&self, topic: &str, payload: Vec<u8>) {
        self.endpoint.deliver(&Message::new(topic, payload, Qos::AtLeastOnce));
    }

    /// Sends what the room tells, such as exports, to subscribers here and at bridged brokers.
    fn announce(&self, topic: &str, payload: Vec<u8>) {
        let message = Message::new(topic, payload, Qos::AtLeastOnce);
        self.endpoint.deliver(&message);
        for broker in &self.brokers {
            if !broker.deliver(&message) {
                tracing::warn!(topic, "a message was not handed to a bridged broker: too many wait for it");
            }
        }
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
        let received = Received::read(report, now, &payload);
        let answer = self.intake.submit(received).await.map_err(|error| StoreError::Failed(error.to_string()))?;
        self.deliver(&answer.topic, answer.body);
        Ok(())
    }

    fn tell(&self, topic: &str, payload: Vec<u8>) {
        self.announce(topic, payload);
    }
}
