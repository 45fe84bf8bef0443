//! Errors of the operations on alerts, in Bartizan's own form.

use bartizan_ledger::StoreError;
use bartizan_operation::{ErrorBody, Fault, ServiceError};
use bartizan_wire::Violations;
use serde_json::Map;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// The request does not hold.
    #[error("{}", .0.render())]
    Invalid(Violations),
    /// No such dead letter.
    #[error("there is no dead letter `{0}`: `bartizan alerts dead` lists those that there are")]
    NotFound(String),
    /// Deliveries happen or they do not.
    #[error("deliveries are not previewed: repeat the request without /preview")]
    NotSupported,
    /// Ours.
    #[error("the request could not be carried out; the server's log says why")]
    Internal(String),
}

impl From<StoreError> for AlertsError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl ServiceError for AlertsError {
    fn body(&self) -> ErrorBody {
        let (code, status, fault) = match self {
            Self::Invalid(_) => ("ValidationException", 400, Fault::Client),
            Self::NotFound(_) => ("NotFoundException", 404, Fault::Client),
            Self::NotSupported => ("NotSupportedException", 400, Fault::Client),
            Self::Internal(_) => ("InternalServerError", 500, Fault::Server),
        };
        ErrorBody {
            code: code.to_owned(),
            message: self.to_string(),
            message_member: "message",
            status,
            fault,
            members: Map::new(),
        }
    }

    fn from_violations(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}
