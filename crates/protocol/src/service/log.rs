//! One line a request: at debug if it went well, at info if the client is at fault, at error if we are.
//! Neither bodies, queries nor headers are logged; paths of our own operations are, because their labels are names.

use std::time::Instant;

use bartizan_operation::Fault;
use http::StatusCode;
use http::request::Parts;
use tracing::{debug, error, info};

use crate::answer::{self, Sent, Served};
use crate::dialect::Dialect;
use crate::failure::Told;

/// What became known of a request while it was served.
pub(super) struct Seen {
    pub(super) dialect: Dialect,
    /// Of a success.
    pub(super) status: StatusCode,
    pub(super) operation: &'static str,
    pub(super) principal: String,
    /// Of the answer, whatever it is.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Seen {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, status: StatusCode::OK, operation: "-", principal: String::new(), headers: Vec::new() }
    }

    pub(super) fn success(&self, served: Served, request_id: &str) -> Sent {
        let mut sent = answer::success(self.dialect, served, request_id);
        *sent.status_mut() = self.status;
        sent
    }
}

pub(super) fn answered(parts: &Parts, seen: &Seen, status: StatusCode, request_id: &str, began: Instant) {
    let (operation, principal, path) = (seen.operation, seen.principal.as_str(), parts.uri.path());
    debug!(
        request_id,
        operation,
        principal,
        path,
        status = status.as_u16(),
        micros = began.elapsed().as_micros(),
        "answered"
    );
}

/// The message may name the client's own values: it is what explains a refusal, and never holds a sensitive member.
pub(super) fn refused(parts: &Parts, seen: &Seen, told: &Told<'_>, request_id: &str) {
    let Told { status, code, message, fault, .. } = told;
    let (operation, principal, path) = (seen.operation, seen.principal.as_str(), parts.uri.path());
    match fault {
        Fault::Client => info!(request_id, operation, principal, path, status, %code, %message, "refused"),
        Fault::Server => error!(request_id, operation, principal, path, status, %code, "failed"),
    }
}
