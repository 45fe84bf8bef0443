//! Errors as clients see them.

use bartizan_wire::Violations;
use serde_json::{Map, Value};

/// Whose fault it is: decides between a 4xx and a 5xx where the protocol does not say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request cannot succeed as it is.
    Client,
    /// Ours; nothing about it is shown beyond that it happened.
    Server,
}

/// A rendered error, free of any protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorBody {
    /// The vendor's code, such as `DoesNotExistException`.
    pub code: String,
    /// What happened, and what to do next.
    pub message: String,
    /// Under which name the message travels: AWS JSON services differ between `message` and `Message`.
    pub message_member: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Whose fault.
    pub fault: Fault,
    /// Further members.
    pub members: Map<String, Value>,
}

/// A room's error type. Codes and statuses are written in the room's `errors.rs` and nowhere else.
pub trait ServiceError: std::error::Error + Send + Sync + 'static {
    /// The error as the vendor spells it.
    fn body(&self) -> ErrorBody;
    /// A request whose constraints or rules do not hold: the service's own form of it.
    fn from_violations(violations: Violations) -> Self;
}
