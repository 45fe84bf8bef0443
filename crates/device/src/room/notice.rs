//! What a broker notices of devices: what cloud-side metrics are counted from.

use std::net::IpAddr;
use std::sync::Arc;

/// Something that happened between a device and the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// The client id, which is the thing's name if it is registered.
    pub thing: Arc<str>,
    /// The address of the connection, if known.
    pub address: Option<IpAddr>,
    /// What happened.
    pub event: NoticedEvent,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticedEvent {
    /// It was let in.
    Connected,
    /// It was not let in: an attempt that is also an authorization failure.
    Refused,
    /// Its connection ended.
    Disconnected,
    /// It published a message (decision 35: of any topic).
    Sent {
        /// The topic.
        topic: String,
        /// Bytes of the payload.
        bytes: u64,
    },
    /// A message was delivered to it.
    Received {
        /// The topic.
        topic: String,
    },
    /// It wanted to publish or to subscribe and may not (decision 34).
    Denied {
        /// The topic or the filter.
        topic: String,
    },
}

impl NoticedEvent {
    /// The topic that it is about.
    #[must_use]
    pub fn topic(&self) -> Option<&str> {
        match self {
            Self::Sent { topic, .. } | Self::Received { topic } | Self::Denied { topic } => Some(topic),
            Self::Connected | Self::Refused | Self::Disconnected => None,
        }
    }
}
