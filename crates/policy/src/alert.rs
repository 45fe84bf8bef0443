//! [`Alert`]: what somebody is to be told. A room puts alerts into the same atomic [`Board::write`] as the state that
//! gives rise to them, so that none is lost and none is made up; `notify` delivers them.
//!
//! [`Board::write`]: bartizan_ledger::Board::write

use std::collections::BTreeMap;

use bartizan_ledger::{Posting, Write};
use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// The topic of the board where alerts wait for their delivery.
pub const OUTBOX: &str = "notify/outbox";

/// What somebody is to be told, in every form that a receiver may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alert {
    /// The same if the same thing is told twice, and never otherwise; receivers may tell repetitions by it.
    pub id: String,
    /// The ARN that the document names; which receiver that is, is configured.
    pub target: String,
    /// Alerts of one stream, such as those about one violation, arrive at a target in the order of `at` and `id`.
    pub stream: String,
    /// When it happened.
    pub at: Timestamp,
    /// The vendor's document, as subscribers of a topic expect it.
    pub message: String,
    /// The same as a JSON document in the Open Cybersecurity Schema Framework.
    pub finding: String,
    /// What a topic carries beside the message, where it carries something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<Heading>,
}

/// What a topic carries beside a message that is plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Heading {
    /// At most 100 characters.
    pub subject: String,
    /// By which subscribers choose what they receive: texts by name.
    pub attributes: BTreeMap<String, String>,
}

/// An alert in the outbox, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Waiting {
    /// What is to be delivered.
    #[serde(flatten)]
    pub alert: Alert,
    /// Since when it waits.
    pub queued: Timestamp,
    /// Deliveries that were tried and failed.
    #[serde(default)]
    pub attempts: u32,
    /// No attempt before.
    #[serde(default)]
    pub next: Timestamp,
    /// How the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Waiting {
    /// One that nothing was tried with yet.
    #[must_use]
    pub fn new(alert: Alert, queued: Timestamp) -> Self {
        Self { alert, queued, attempts: 0, next: Timestamp::default(), error: None }
    }

    /// Where it stands on the board: the order of subjects is the order of delivery.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("{:014}-{}", self.alert.at.0.max(0), self.alert.id)
    }

    /// What puts it into `topic`.
    #[must_use]
    pub fn write(&self, topic: &str) -> Write {
        // A struct of texts and numbers has no way to fail.
        let body = serde_json::to_vec(self).unwrap_or_default();
        Write::post(topic, Posting { subject: self.subject(), at: self.alert.at, body })
    }
}

/// What has to be written for `alerts` to be delivered, from `now` on.
#[must_use]
pub fn enqueue(alerts: &[Alert], now: Timestamp) -> Vec<Write> {
    alerts.iter().map(|alert| Waiting::new(alert.clone(), now).write(OUTBOX)).collect()
}
