//! One line a request: at debug if it went well, at info if the client is at fault, at error if we are.
//! Neither bodies, queries nor headers are logged; paths of our own operations are, because their labels are names.

use std::time::Instant;

use bartizan_operation::Fault;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use tracing::{debug, error, info};

use crate::answer::{self, Sent};
use crate::dialect::Dialect;
use crate::failure::Told;

/// What became known of a request while it was served.
pub(super) struct Seen {
    pub(super) dialect: Dialect,
    /// Of a success.
    pub(super) status: StatusCode,
    pub(super) operation: &'static str,
    pub(super) principal: String,
}

impl Seen {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, status: StatusCode::OK, operation: "-", principal: String::new() }
    }

    pub(super) fn success(&self, body: Bytes, preview: Option<&str>, request_id: &str) -> Sent {
        let mut sent = answer::success(self.dialect, body, preview, request_id);
        *sent.status_mut() = self.status;
        sent
    }
}

pub(super) fn line(
    parts: &Parts,
    seen: &Seen,
    status: StatusCode,
    told: Option<&Told<'_>>,
    request_id: &str,
    began: Instant,
) {
    let status = status.as_u16();
    let (operation, principal, path) = (seen.operation, seen.principal.as_str(), parts.uri.path());
    let Some(Told { code, message, fault, .. }) = told else {
        let micros = began.elapsed().as_micros();
        debug!(request_id, operation, principal, path, status, micros, "answered");
        return;
    };
    // The message names the client's own values; it may be what explains a refusal, and never holds a secret member.
    match fault {
        Fault::Client => info!(request_id, operation, principal, path, status, %code, %message, "refused"),
        Fault::Server => error!(request_id, operation, principal, path, status, %code, "failed"),
    }
}
