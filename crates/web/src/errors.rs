//! Every error of the web room's operations, with the codes, members and statuses of the vendor [WAFV2 API reference,
//! errors of each operation]. Codes and statuses are written here and nowhere else.

use bartizan_ledger::StoreError;
use bartizan_operation::page::ForeignToken;
use bartizan_operation::{ErrorBody, Fault, ServiceError};
use bartizan_policy::{Contended, LifecycleError};
use bartizan_wire::{Rule, Violation, Violations};
use serde_json::{Map, Value};

use crate::complaint::Complaint;

/// What a client of this room can be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// `ValidationException`: a constraint of the model does not hold. It is in no operation's own list of errors.
    #[error("{0}")]
    Validation(String),
    /// `WAFInvalidParameterException`: what the service checks beyond the model.
    #[error("{0}")]
    InvalidParameter(Complaint),
    /// `WAFNonexistentItemException`.
    #[error("{0}")]
    Nonexistent(String),
    /// `WAFOptimisticLockException`.
    #[error("{0}")]
    OptimisticLock(String),
    /// `WAFDuplicateItemException`.
    #[error("{0}")]
    Duplicate(String),
    /// `WAFLimitsExceededException`.
    #[error("{text}")]
    LimitsExceeded {
        /// What there is too much of, such as `IP_SET`.
        source_type: &'static str,
        /// How many there may be.
        text: String,
    },
    /// `WAFAssociatedItemException`: something refers to it.
    #[error("{0}")]
    Associated(String),
    /// `WAFInvalidOperationException`: not in this state.
    #[error("{0}")]
    InvalidOperation(String),
    /// `WAFInvalidResourceException`: what is named cannot be used.
    #[error("{0}")]
    InvalidResource(String),
    /// `WAFExpiredManagedRuleGroupVersionException`.
    #[error("{0}")]
    Expired(String),
    /// `WAFTagOperationException`.
    #[error("{0}")]
    TagOperation(String),
    /// `WAFInvalidPermissionPolicyException`.
    #[error("{0}")]
    InvalidPermissionPolicy(String),
    /// `WAFUnsupportedAggregateKeyTypeException`.
    #[error("{0}")]
    UnsupportedAggregateKeyType(String),
    /// `WAFInternalErrorException`: ours. Details are for the log.
    #[error("the request could not be carried out; the server's log says why")]
    Internal(String),
}

impl WebError {
    /// There is no such thing: name, scope and id must all be right.
    #[must_use]
    pub fn nonexistent(what: &str, name: &str) -> Self {
        Self::Nonexistent(format!("{what} `{name}` does not exist: name, scope and id must all be its own"))
    }

    /// Somebody else's change came first.
    #[must_use]
    pub fn optimistic_lock(name: &str) -> Self {
        Self::OptimisticLock(format!(
            "`{name}` was changed since this lock token was given out: get it again, then repeat the change"
        ))
    }

    /// A marker of another request.
    #[must_use]
    pub fn foreign_marker(_token: ForeignToken) -> Self {
        Self::InvalidParameter(Complaint {
            field: "ENTITY_LIMIT",
            parameter: "NextMarker".to_owned(),
            reason: "The marker belongs to another request: repeat this one without it.".to_owned(),
        })
    }

    /// The vendor's code and the HTTP status.
    fn code(&self) -> (&'static str, u16) {
        match self {
            Self::Validation(_) => ("ValidationException", 400),
            Self::InvalidParameter(_) => ("WAFInvalidParameterException", 400),
            Self::Nonexistent(_) => ("WAFNonexistentItemException", 400),
            Self::OptimisticLock(_) => ("WAFOptimisticLockException", 400),
            Self::Duplicate(_) => ("WAFDuplicateItemException", 400),
            Self::LimitsExceeded { .. } => ("WAFLimitsExceededException", 400),
            Self::Associated(_) => ("WAFAssociatedItemException", 400),
            Self::InvalidOperation(_) => ("WAFInvalidOperationException", 400),
            Self::InvalidResource(_) => ("WAFInvalidResourceException", 400),
            Self::Expired(_) => ("WAFExpiredManagedRuleGroupVersionException", 400),
            Self::TagOperation(_) => ("WAFTagOperationException", 400),
            Self::InvalidPermissionPolicy(_) => ("WAFInvalidPermissionPolicyException", 400),
            Self::UnsupportedAggregateKeyType(_) => ("WAFUnsupportedAggregateKeyTypeException", 400),
            Self::Internal(_) => ("WAFInternalErrorException", 500),
        }
    }

    fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        match self {
            Self::InvalidParameter(complaint) => {
                members.insert("Field".to_owned(), complaint.field.into());
                members.insert("Parameter".to_owned(), complaint.parameter.clone().into());
                members.insert("Reason".to_owned(), complaint.reason.clone().into());
            }
            Self::LimitsExceeded { source_type, .. } => {
                members.insert("SourceType".to_owned(), (*source_type).into());
            }
            _ => {}
        }
        members
    }
}

impl ServiceError for WebError {
    fn body(&self) -> ErrorBody {
        let (code, status) = self.code();
        let message_member = match self {
            Self::Validation(_) | Self::InvalidParameter(_) => "message",
            _ => "Message",
        };
        ErrorBody {
            code: code.to_owned(),
            message: self.to_string(),
            message_member,
            status,
            fault: if status >= 500 { Fault::Server } else { Fault::Client },
            members: self.members(),
        }
    }

    /// Two layers: what breaks the model comes first and is told in full, of what the service checks beyond it the first.
    fn from_violations(violations: Violations) -> Self {
        let beyond = |violation: &Violation| matches!(violation.rule, Rule::Review(_) | Rule::Parameter { .. });
        match violations.iter().next() {
            Some(first) if violations.iter().all(beyond) => Self::InvalidParameter(Complaint::of(first)),
            _ => Self::Validation(violations.render()),
        }
    }
}

impl From<Complaint> for WebError {
    fn from(complaint: Complaint) -> Self {
        Self::InvalidParameter(complaint)
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<LifecycleError> for WebError {
    fn from(error: LifecycleError) -> Self {
        match error {
            LifecycleError::Conflict { key, .. } => Self::optimistic_lock(&key.name),
            LifecycleError::Invalid(violations) => Self::from_violations(violations),
            LifecycleError::Absent(name) => Self::nonexistent("the item", &name),
            error @ (LifecycleError::NotPermitted(_) | LifecycleError::Store(_)) => Self::Internal(error.to_string()),
        }
    }
}

impl Contended for WebError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::OptimisticLock(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bartizan_wire::Path;

    #[test]
    fn an_invalid_parameter_has_its_members() {
        let complaint = Complaint::new("RULE", "Statement", "A reference is not valid.");
        let body = WebError::InvalidParameter(complaint).body();
        assert_eq!((body.code.as_str(), body.message_member), ("WAFInvalidParameterException", "message"));
        assert_eq!(body.message, "Error reason: A reference is not valid., field: RULE, parameter: Statement");
        assert_eq!(body.members.get("Field"), Some(&"RULE".into()));
        assert_eq!(WebError::Duplicate(String::new()).body().message_member, "Message");
    }

    #[test]
    fn constraints_come_before_what_is_checked_beyond_them() {
        let mut out = Violations::new();
        out.parameter(&Path::root(), "RULE", "Priority", "Two rules have it.");
        assert!(matches!(WebError::from_violations(out.clone()), WebError::InvalidParameter(_)));
        Path::root().member("Name", |at| out.push(at, None, Rule::Required));
        assert!(matches!(WebError::from_violations(out), WebError::Validation(_)));
    }

    #[test]
    fn what_is_ours_is_not_shown() {
        let body = WebError::from(StoreError::Damaged("row 7".to_owned())).body();
        assert_eq!((body.code.as_str(), body.status, body.fault), ("WAFInternalErrorException", 500, Fault::Server));
        assert!(!body.message.contains("row 7"));
    }
}
