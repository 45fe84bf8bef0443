//! In which form a receiver reads alerts.

use std::borrow::Cow;

use bartizan_policy::Alert;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// In which form a receiver reads alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Form {
    /// The vendor's document, as it would be a topic's message.
    #[default]
    Alert,
    /// A Detection Finding of the Open Cybersecurity Schema Framework.
    Ocsf,
}

impl Form {
    /// An alert in this form, as JSON text. A message of plain text comes with its subject and attributes, in every form.
    pub(crate) fn of(self, alert: &Alert) -> Cow<'_, str> {
        if let Some(heading) = &alert.heading {
            let attribute =
                |(name, value): (&String, &String)| (name.clone(), json!({ "Type": "String", "Value": value }));
            let attributes: Map<String, Value> = heading.attributes.iter().map(attribute).collect();
            let document = json!({
                "TopicArn": alert.target,
                "Subject": heading.subject,
                "Message": alert.message,
                "Timestamp": alert.at.to_iso8601(),
                "MessageAttributes": attributes,
            });
            return Cow::Owned(document.to_string());
        }
        Cow::Borrowed(match self {
            Self::Alert => &alert.message,
            Self::Ocsf => &alert.finding,
        })
    }
}
