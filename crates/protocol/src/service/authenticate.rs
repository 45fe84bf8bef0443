//! [`Authenticate`]: who is asking.

use bartizan_policy::Principal;
use bartizan_wire::Timestamp;
use http::HeaderMap;

/// A request as it was received, before it is believed.
#[derive(Debug, Clone, Copy)]
pub struct Unproven<'a> {
    /// `POST`.
    pub method: &'a str,
    /// Raw path and query, with the `/preview` that is not part of any route.
    pub target: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
    /// The service names under which what is asked for may be signed.
    pub services: &'a [&'a str],
    /// When it arrived.
    pub now: Timestamp,
}

/// Why it is not believed, in the vendor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unauthenticated {
    /// As AWS JSON services spell it, such as `InvalidSignatureException`.
    pub code: &'static str,
    /// As AWS Query services spell it, such as `SignatureDoesNotMatch`.
    pub query_code: &'static str,
    /// The HTTP status with which AWS Query services answer.
    pub query_status: u16,
    /// For the client.
    pub message: String,
}

/// Believes a request, or says why not. Implemented by `server` with `access`.
pub trait Authenticate: Send + Sync + std::fmt::Debug {
    /// Whose request it is.
    fn authenticate(&self, request: &Unproven<'_>) -> Result<Principal, Unauthenticated>;

    /// A token for whoever knows this name's password, to be sent as `Authorization: Bearer <token>`.
    fn log_in(&self, username: &str, password: &str, now: Timestamp) -> Result<String, Unauthenticated>;
}
