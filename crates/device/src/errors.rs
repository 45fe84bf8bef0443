//! Every error of the device room's operations, with the codes, statuses and members of the vendor [IoT API reference,
//! errors of each operation]. Codes and statuses are written here and nowhere else.

use bartizan_ledger::StoreError;
use bartizan_operation::page::ForeignToken;
use bartizan_operation::{ErrorBody, Fault, ServiceError};
use bartizan_policy::{Contended, LifecycleError};
use bartizan_wire::{Arn, Violations};
use serde_json::Map;

/// What a client of this room can be told.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DeviceError {
    /// `InvalidRequestException`: constraints or rules do not hold.
    #[error("{0}")]
    InvalidRequest(String),
    /// `ResourceNotFoundException`: the text names what is not there.
    #[error("{0}")]
    NotFound(String),
    /// `ResourceAlreadyExistsException`: there is another one of this name.
    #[error("{kind} {id} already exists with other contents: choose another name, or update it")]
    AlreadyExists {
        /// Such as `SecurityProfile`.
        kind: &'static str,
        /// Its name.
        id: String,
        /// Its ARN.
        arn: String,
    },
    /// `VersionConflictException`: it is at another version, or somebody else's change came first again and again.
    #[error("{0}")]
    VersionConflict(String),
    /// `LimitExceededException`.
    #[error("{0}")]
    LimitExceeded(String),
    /// `TaskAlreadyExistsException`.
    #[error("{0}")]
    TaskAlreadyExists(String),
    /// `DeleteConflictException`: something still refers to it.
    #[error("{0}")]
    DeleteConflict(String),
    /// `CertificateStateException`: a certificate must not be active.
    #[error("{0}")]
    CertificateState(String),
    /// `CertificateValidationException`: it cannot be read.
    #[error("{0}")]
    CertificateValidation(String),
    /// `UnauthorizedException`.
    #[error("{0}")]
    Unauthorized(String),
    /// `InvalidQueryException`.
    #[error("{0}")]
    InvalidQuery(String),
    /// `ServiceUnavailableException`.
    #[error("{0}")]
    Unavailable(String),
    /// `ThrottlingException`.
    #[error("{0}")]
    Throttled(String),
    /// `InternalFailureException`: ours. Details are for the log.
    #[error("the request could not be carried out; the server's log says why")]
    Internal(String),
}

impl DeviceError {
    /// There is no such thing.
    #[must_use]
    pub fn not_found(kind: &'static str, id: &str) -> Self {
        Self::NotFound(format!("{kind} {id} does not exist"))
    }

    /// There is one already, and it is another one.
    #[must_use]
    pub fn already_exists(kind: &'static str, id: &str, arn: &Arn) -> Self {
        Self::AlreadyExists { kind, id: id.to_owned(), arn: arn.to_string() }
    }

    /// The vendor's code and the HTTP status.
    fn code(&self) -> (&'static str, u16) {
        match self {
            Self::InvalidRequest(_) => ("InvalidRequestException", 400),
            Self::NotFound(_) => ("ResourceNotFoundException", 404),
            Self::AlreadyExists { .. } => ("ResourceAlreadyExistsException", 409),
            Self::VersionConflict(_) => ("VersionConflictException", 409),
            Self::LimitExceeded(_) => ("LimitExceededException", 410),
            Self::TaskAlreadyExists(_) => ("TaskAlreadyExistsException", 400),
            Self::DeleteConflict(_) => ("DeleteConflictException", 409),
            Self::CertificateState(_) => ("CertificateStateException", 406),
            Self::CertificateValidation(_) => ("CertificateValidationException", 400),
            Self::Unauthorized(_) => ("UnauthorizedException", 401),
            Self::InvalidQuery(_) => ("InvalidQueryException", 400),
            Self::Unavailable(_) => ("ServiceUnavailableException", 503),
            // The model says 400 and the API reference 429: clients repeat after either.
            Self::Throttled(_) => ("ThrottlingException", 429),
            Self::Internal(_) => ("InternalFailureException", 500),
        }
    }
}

impl ServiceError for DeviceError {
    fn body(&self) -> ErrorBody {
        let (code, status) = self.code();
        let mut members = Map::new();
        if let Self::AlreadyExists { id, arn, .. } = self {
            members.insert("resourceId".to_owned(), id.as_str().into());
            members.insert("resourceArn".to_owned(), arn.as_str().into());
        }
        ErrorBody {
            code: code.to_owned(),
            message: self.to_string(),
            message_member: "message",
            status,
            fault: if status >= 500 { Fault::Server } else { Fault::Client },
            members,
        }
    }

    fn from_violations(violations: Violations) -> Self {
        Self::InvalidRequest(violations.render())
    }
}

impl From<ForeignToken> for DeviceError {
    fn from(_token: ForeignToken) -> Self {
        Self::InvalidRequest(
            "nextToken belongs to another request or is damaged: repeat this request without it".to_owned(),
        )
    }
}

impl From<StoreError> for DeviceError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<LifecycleError> for DeviceError {
    fn from(error: LifecycleError) -> Self {
        match error {
            LifecycleError::Conflict { key, actual } => Self::VersionConflict(match actual {
                Some(revision) => format!(
                    "there are concurrent updates of {}, which is at revision {}: read it again, then repeat the request",
                    key.name, revision.0
                ),
                None => format!("there are concurrent updates of {}: it does not exist any more", key.name),
            }),
            LifecycleError::Invalid(violations) => Self::from_violations(violations),
            LifecycleError::Absent(name) => Self::NotFound(format!("{name} does not exist")),
            error @ (LifecycleError::NotPermitted(_) | LifecycleError::Store(_)) => Self::Internal(error.to_string()),
        }
    }
}

impl Contended for DeviceError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::VersionConflict(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_named() {
        let arn = "arn:aws:iot:us-east-1:123456789012:securityprofile/P1".parse().unwrap();
        let body = DeviceError::already_exists("SecurityProfile", "P1", &arn).body();
        assert_eq!((body.code.as_str(), body.status), ("ResourceAlreadyExistsException", 409));
        assert_eq!(body.members["resourceId"], "P1");
        assert_eq!(body.members["resourceArn"], arn.as_str());
    }

    #[test]
    fn what_is_ours_is_not_shown() {
        let body = DeviceError::from(StoreError::Damaged("row 7".to_owned())).body();
        assert_eq!((body.code.as_str(), body.status, body.fault), ("InternalFailureException", 500, Fault::Server));
        assert!(!body.message.contains("row 7"));
    }
}
