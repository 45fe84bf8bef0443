//! Errors of the operations that all kinds share, in Bartizan's own form.

use bartizan_ledger::StoreError;
use bartizan_operation::{ErrorBody, Fault, ServiceError};
use bartizan_policy::{Contended, LifecycleError};
use bartizan_wire::Violations;
use serde_json::Map;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The request does not hold.
    #[error("{}", .0.render())]
    Invalid(Violations),
    /// No such document, revision or preview.
    #[error("{0}")]
    NotFound(String),
    /// Somebody else's commit came first.
    #[error("{0}")]
    Conflict(String),
    /// The kind cannot be rolled back, or the operation cannot be previewed.
    #[error("{0}")]
    NotSupported(String),
    /// The previewed operation refused.
    #[error("{}", .0.message)]
    Refused(ErrorBody),
    /// Ours.
    #[error("the request could not be carried out; the server's log says why")]
    Internal(String),
}

impl From<StoreError> for HistoryError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<LifecycleError> for HistoryError {
    fn from(error: LifecycleError) -> Self {
        match error {
            LifecycleError::Absent(name) => Self::NotFound(format!("`{name}` does not exist")),
            LifecycleError::Conflict { key, actual } => Self::Conflict(match actual {
                Some(revision) => format!(
                    "`{}` is at revision {}: read it again, then repeat the request with that revision",
                    key.name, revision.0
                ),
                None => format!("`{}` does not exist any more", key.name),
            }),
            LifecycleError::Invalid(violations) => Self::Invalid(violations),
            error @ (LifecycleError::NotPermitted(_) | LifecycleError::Store(_)) => Self::Internal(error.to_string()),
        }
    }
}

impl Contended for HistoryError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

impl ServiceError for HistoryError {
    fn body(&self) -> ErrorBody {
        let (code, status, fault) = match self {
            Self::Refused(body) => return body.clone(),
            Self::Invalid(_) => ("ValidationException", 400, Fault::Client),
            Self::NotFound(_) => ("NotFoundException", 404, Fault::Client),
            Self::Conflict(_) => ("ConflictException", 409, Fault::Client),
            Self::NotSupported(_) => ("NotSupportedException", 400, Fault::Client),
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
