//! Every error of the room's operations, in the form that the vendor's clients know: a status and a text [container security
//! API, response error]. Statuses are written here and nowhere else.

use bartizan_ledger::StoreError;
use bartizan_operation::{ErrorBody, Fault, ServiceError};
use bartizan_policy::{Contended, LifecycleError};
use bartizan_wire::Violations;
use serde_json::Map;

/// What a client of this room can be told.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ContainerError {
    /// 400: all that is wrong, with `; ` between.
    #[error("{0}")]
    BadRequest(String),
    /// 403.
    #[error("{0}")]
    Forbidden(String),
    /// 404.
    #[error("{0}")]
    NotFound(String),
    /// 409: another one has the name, it may not be deleted, or somebody else's change came first.
    #[error("{0}")]
    Conflict(String),
    /// 412: it is not at the revision that `If-Match` names.
    #[error("{0}")]
    PreconditionFailed(String),
    /// 500. Details are for the log.
    #[error("the request could not be carried out; the server's log says why")]
    Internal(String),
}

impl ServiceError for ContainerError {
    fn body(&self) -> ErrorBody {
        let (code, status) = match self {
            Self::BadRequest(_) => ("BAD_REQUEST", 400),
            Self::Forbidden(_) => ("FORBIDDEN", 403),
            Self::NotFound(_) => ("NOT_FOUND", 404),
            Self::Conflict(_) => ("CONFLICT", 409),
            Self::PreconditionFailed(_) => ("PRECONDITION_FAILED", 412),
            Self::Internal(_) => ("INTERNAL_SERVER_ERROR", 500),
        };
        ErrorBody {
            code: code.to_owned(),
            message: self.to_string(),
            message_member: "message",
            status,
            fault: if status >= 500 { Fault::Server } else { Fault::Client },
            members: Map::new(),
        }
    }

    fn from_violations(violations: Violations) -> Self {
        Self::BadRequest(violations.render())
    }
}

impl From<StoreError> for ContainerError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<LifecycleError> for ContainerError {
    fn from(error: LifecycleError) -> Self {
        match error {
            LifecycleError::Conflict { key, .. } => Self::Conflict(format!(
                "{} was changed by somebody else: read it again, then repeat the request",
                key.name
            )),
            LifecycleError::Invalid(violations) => Self::from_violations(violations),
            LifecycleError::Absent(name) => Self::NotFound(format!("there is no {name}")),
            error @ (LifecycleError::NotPermitted(_) | LifecycleError::Store(_)) => Self::Internal(error.to_string()),
        }
    }
}

impl Contended for ContainerError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}
