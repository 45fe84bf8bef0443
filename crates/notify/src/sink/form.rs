//! In which form a receiver reads alerts.

use bartizan_policy::Alert;
use serde::Deserialize;

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
    /// An alert in this form, as JSON text.
    pub(crate) fn of(self, alert: &Alert) -> &str {
        match self {
            Self::Alert => &alert.message,
            Self::Ocsf => &alert.finding,
        }
    }
}
