//! [`Message`]: what devices publish and are sent.

use std::ops::Deref;
use std::sync::Arc;

use mqtt_protocol_core::mqtt::packet::Property;
use mqtt_protocol_core::mqtt::{ArcPayload, IntoPayload};

/// How surely a message arrives. Exactly once (QoS 2) is not served, as AWS does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qos {
    /// QoS 0.
    AtMostOnce,
    /// QoS 1.
    AtLeastOnce,
}

/// The bytes of a message; cloning shares them.
#[derive(Clone)]
pub struct Payload(ArcPayload);

impl Payload {
    pub(crate) fn shared(&self) -> ArcPayload {
        self.0.clone()
    }
}

impl From<ArcPayload> for Payload {
    fn from(payload: ArcPayload) -> Self {
        Self(payload)
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into_payload())
    }
}

impl From<&[u8]> for Payload {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into_payload())
    }
}

impl From<&str> for Payload {
    fn from(text: &str) -> Self {
        Self(text.into_payload())
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

/// A message on a topic.
#[derive(Debug, Clone)]
pub struct Message {
    /// Without wildcards.
    pub topic: Arc<str>,
    /// What it says.
    pub payload: Payload,
    /// How its publisher sent it, or how it is sent at most.
    pub qos: Qos,
    /// What a version 5 publisher gave along for those who receive it.
    pub(crate) properties: Option<Arc<[Property]>>,
}

impl Message {
    /// A message without properties.
    #[must_use]
    pub fn new(topic: impl Into<Arc<str>>, payload: impl Into<Payload>, qos: Qos) -> Self {
        Self { topic: topic.into(), payload: payload.into(), qos, properties: None }
    }

    /// True if it is for the server alone: its topic starts with `$`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.topic.starts_with('$')
    }
}
