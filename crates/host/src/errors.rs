//! Every error of the host room's operations, with the codes, members and texts of the vendor [SSM API reference,
//! errors of each operation]. Codes and statuses are written here and nowhere else.

use bartizan_ledger::StoreError;
use bartizan_operation::{ErrorBody, Fault, ServiceError};
use bartizan_policy::{Contended, LifecycleError};
use bartizan_wire::Violations;
use serde_json::Map;

use crate::system::OperatingSystem;
use bartizan_operation::page::ForeignToken;

/// What a client of this room can be told.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HostError {
    /// `ValidationException`: constraints or rules do not hold. It is in no operation's own list of errors.
    #[error("{0}")]
    Validation(String),
    /// `DoesNotExistException`; the observed text.
    #[error("Patch Baseline to be retrieved does not exist.")]
    BaselineDoesNotExist,
    /// `InvalidResourceId`: not the identifier of any resource. The vendor's error has no members.
    #[error("the resource ID is not valid: verify that `{0}` is spelled correctly, and try again")]
    InvalidResourceId(String),
    /// `InvalidResourceType`. The vendor's error has no members.
    #[error("resources of type `{0}` cannot be tagged here: use PatchBaseline or ManagedInstance")]
    InvalidResourceType(&'static str),
    /// `AlreadyExistsException`; the observed text.
    #[error("Patch Group {group} already has a baseline registered for OperatingSystem {system}.")]
    GroupHasBaseline {
        /// As given.
        group: String,
        /// The baseline's.
        system: OperatingSystem,
    },
    /// `ResourceInUseException`; the observed text.
    #[error("PatchBaseline to be deleted is used for Patch Group: {0}")]
    UsedForGroup(String),
    /// `ResourceInUseException`: it is a default.
    #[error("PatchBaseline to be deleted is the default for OperatingSystem {0}, register another default first")]
    IsDefault(OperatingSystem),
    /// `ResourceLimitExceededException`.
    #[error("{0}")]
    LimitExceeded(String),
    /// `IdempotentParameterMismatch`.
    #[error("the ClientToken `{0}` was used with other parameters: repeat the same request, or take a new token")]
    TokenMismatch(String),
    /// `TooManyTagsError`. The vendor's error has no members.
    #[error("a resource has at most 50 tags: remove some first")]
    TooManyTags,
    /// `TooManyUpdates`: somebody else's change came first, again and again, or after the revision that was expected.
    #[error("{0}")]
    TooManyUpdates(String),
    /// `InvalidInstanceId`.
    #[error("the managed node `{0}` is not registered: check the id, or register the node with an activation")]
    InvalidInstanceId(String),
    /// `InvalidFilter`.
    #[error("{0}")]
    InvalidFilter(String),
    /// `InvalidFilterKey`. The vendor's error has no members.
    #[error("`{0}` is not a filter of this operation")]
    InvalidFilterKey(String),
    /// `InvalidInstanceInformationFilterValue`, whose member is `message`.
    #[error("{0}")]
    InvalidInstanceInformationFilterValue(String),
    /// `InvalidNextToken`.
    #[error("the specified token is not valid: it belongs to another request, repeat this one without NextToken")]
    InvalidNextToken,
    /// `UnsupportedOperatingSystem`.
    #[error("{0}")]
    UnsupportedOperatingSystem(String),
    /// `InvalidParameters`.
    #[error("{0}")]
    InvalidParameters(String),
    /// `InvalidActivationId`.
    #[error("the activation ID `{0}` is not valid: verify that you entered it correctly, and try again")]
    InvalidActivationId(String),
    /// `InvalidActivation`: it exists and cannot be used.
    #[error("{0}")]
    InvalidActivation(String),
    /// `NotFoundException`: ours, of our own operations.
    #[error("the host has no package `{0}`, and none of that name is offered to it")]
    NoSuchPackage(String),
    /// `AccessDeniedException`: an agent reports for a node that it is not.
    #[error("{0}")]
    NotYours(String),
    /// `InternalServerError`: ours. Details are for the log.
    #[error("the request could not be carried out; the server's log says why")]
    Internal(String),
}

impl HostError {
    /// A token of another request, where the operation's model has the error for it.
    #[must_use]
    pub fn invalid_next_token(_token: ForeignToken) -> Self {
        Self::InvalidNextToken
    }

    /// A token of another request, where the operation's model has no error for it.
    #[must_use]
    pub fn token_is_not_modelled(_token: ForeignToken) -> Self {
        Self::Validation(Self::InvalidNextToken.to_string())
    }

    /// The vendor's code and the HTTP status.
    fn code(&self) -> (&'static str, u16) {
        match self {
            Self::Validation(_) => ("ValidationException", 400),
            Self::BaselineDoesNotExist => ("DoesNotExistException", 400),
            Self::InvalidResourceId(_) => ("InvalidResourceId", 400),
            Self::InvalidResourceType(_) => ("InvalidResourceType", 400),
            Self::GroupHasBaseline { .. } => ("AlreadyExistsException", 400),
            Self::UsedForGroup(_) | Self::IsDefault(_) => ("ResourceInUseException", 400),
            Self::LimitExceeded(_) => ("ResourceLimitExceededException", 400),
            Self::TokenMismatch(_) => ("IdempotentParameterMismatch", 400),
            Self::TooManyTags => ("TooManyTagsError", 400),
            Self::TooManyUpdates(_) => ("TooManyUpdates", 400),
            Self::InvalidInstanceId(_) => ("InvalidInstanceId", 400),
            Self::InvalidFilter(_) => ("InvalidFilter", 400),
            Self::InvalidFilterKey(_) => ("InvalidFilterKey", 400),
            Self::InvalidInstanceInformationFilterValue(_) => ("InvalidInstanceInformationFilterValue", 400),
            Self::InvalidNextToken => ("InvalidNextToken", 400),
            Self::UnsupportedOperatingSystem(_) => ("UnsupportedOperatingSystem", 400),
            Self::InvalidParameters(_) => ("InvalidParameters", 400),
            Self::InvalidActivationId(_) => ("InvalidActivationId", 400),
            Self::InvalidActivation(_) => ("InvalidActivation", 400),
            Self::NoSuchPackage(_) => ("NotFoundException", 404),
            Self::NotYours(_) => ("AccessDeniedException", 403),
            Self::Internal(_) => ("InternalServerError", 500),
        }
    }
}

impl ServiceError for HostError {
    fn body(&self) -> ErrorBody {
        let (code, status) = self.code();
        // Modelled errors carry `Message`; those of the framework, and one of the service's, carry `message`.
        let message_member = match self {
            Self::Validation(_)
            | Self::InvalidInstanceInformationFilterValue(_)
            | Self::NoSuchPackage(_)
            | Self::NotYours(_) => "message",
            _ => "Message",
        };
        ErrorBody {
            code: code.to_owned(),
            message: self.to_string(),
            message_member,
            status,
            fault: if status >= 500 { Fault::Server } else { Fault::Client },
            members: Map::new(),
        }
    }

    fn from_violations(violations: Violations) -> Self {
        Self::Validation(violations.render())
    }
}

impl From<StoreError> for HostError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<LifecycleError> for HostError {
    fn from(error: LifecycleError) -> Self {
        match error {
            LifecycleError::Conflict { key, actual } => Self::TooManyUpdates(match actual {
                Some(revision) => format!(
                    "there are concurrent updates of `{}`, which is at revision {}: read it again, then repeat the request",
                    key.name, revision.0
                ),
                None => format!("there are concurrent updates of `{}`: it does not exist any more", key.name),
            }),
            LifecycleError::Invalid(violations) => Self::from_violations(violations),
            // Documents that are updated are baselines and what belongs to them; whatever else may be absent is looked
            // for first.
            LifecycleError::Absent(_) => Self::BaselineDoesNotExist,
            error @ (LifecycleError::NotPermitted(_) | LifecycleError::Store(_)) => Self::Internal(error.to_string()),
        }
    }
}

impl Contended for HostError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::TooManyUpdates(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_observed_texts_and_codes_are_kept() {
        let body = HostError::BaselineDoesNotExist.body();
        assert_eq!((body.code.as_str(), body.status, body.message_member), ("DoesNotExistException", 400, "Message"));
        assert_eq!(body.message, "Patch Baseline to be retrieved does not exist.");
        let taken = HostError::GroupHasBaseline { group: "TOPATCH".to_owned(), system: OperatingSystem::AmazonLinux2 };
        assert_eq!(
            taken.body().message,
            "Patch Group TOPATCH already has a baseline registered for OperatingSystem AMAZON_LINUX_2."
        );
        let used = HostError::UsedForGroup("web".to_owned()).body();
        assert_eq!(used.message, "PatchBaseline to be deleted is used for Patch Group: web");
    }

    #[test]
    fn what_is_ours_is_not_shown() {
        let body = HostError::from(StoreError::Damaged("row 7".to_owned())).body();
        assert_eq!((body.code.as_str(), body.status, body.fault), ("InternalServerError", 500, Fault::Server));
        assert!(!body.message.contains("row 7"));
    }
}
