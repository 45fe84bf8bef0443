//! Limits on what a client can make this process hold, read or wait for. `bartizan limits` prints [`ALL`].

use std::time::Duration;

use bartizan_wire::Json;

/// How many connections are served at once; more wait unaccepted.
pub const CONNECTIONS_MAX: usize = 2048;
/// How many headers a request may have. It is the parser's own limit, which keeps them on its stack.
pub const HEADERS_MAX: usize = 100;
/// Longest request line and headers together, in bytes.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;
/// How long a client may take for the headers of a request, and how long an idle connection is kept.
pub const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(20);
/// Largest body of the vendors' protocols, in bytes. Bartizan's own operations name theirs.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// How long a client may pause inside a body.
pub const BODY_IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take for a whole body.
pub const BODY_READ_TIMEOUT: Duration = Duration::from_secs(120);
/// What every body may hold without asking, in bytes; beyond it, bodies share [`BODY_BYTES_IN_FLIGHT_MAX`].
pub const BODY_BYTES_FREE: usize = 64 * 1024;
/// What all large bodies together may hold, in bytes.
pub const BODY_BYTES_IN_FLIGHT_MAX: usize = 256 * 1024 * 1024;
/// How much of a refused body is read so that its client sees the refusal, in bytes.
pub const DISCARDED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// For how long.
pub const DISCARD_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a client may refuse to take an answer.
pub const WRITE_STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long running requests may take after shutdown was asked for.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest `x-bartizan-reason`, in bytes.
pub const REASON_BYTES_MAX: usize = 512;
/// Deepest nesting of a JSON body.
pub const JSON_DEPTH_MAX: usize = Json::DEPTH_MAX;
/// How many members a form or a query may have.
pub const FORM_MEMBERS_MAX: usize = 1000;
/// How many dots the name of a form's member may have.
pub const FORM_DEPTH_MAX: usize = 16;

/// The limits that can be set, so that tests need not wait for them.
#[derive(Debug, Clone)]
pub struct Limits {
    /// See [`CONNECTIONS_MAX`].
    pub connections: usize,
    /// See [`HEADER_READ_TIMEOUT`].
    pub header_read: Duration,
    /// See [`BODY_IDLE_TIMEOUT`].
    pub body_idle: Duration,
    /// See [`BODY_READ_TIMEOUT`].
    pub body_read: Duration,
    /// See [`BODY_BYTES_IN_FLIGHT_MAX`].
    pub body_bytes_in_flight: usize,
    /// See [`WRITE_STALL_TIMEOUT`].
    pub write_stall: Duration,
    /// See [`DRAIN_TIMEOUT`].
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS_MAX,
            header_read: HEADER_READ_TIMEOUT,
            body_idle: BODY_IDLE_TIMEOUT,
            body_read: BODY_READ_TIMEOUT,
            body_bytes_in_flight: BODY_BYTES_IN_FLIGHT_MAX,
            write_stall: WRITE_STALL_TIMEOUT,
            drain: DRAIN_TIMEOUT,
        }
    }
}

/// One row of `bartizan limits`.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Such as `header_bytes_max`.
    pub name: &'static str,
    /// In [`unit`](Self::unit).
    pub value: u64,
    /// `bytes`, `s` or what is counted.
    pub unit: &'static str,
    /// What it protects, and what happens beyond it.
    pub why: &'static str,
}

const fn count(name: &'static str, value: usize, unit: &'static str, why: &'static str) -> Limit {
    Limit { name, value: value as u64, unit, why }
}

const fn time(name: &'static str, value: Duration, why: &'static str) -> Limit {
    Limit { name, value: value.as_secs(), unit: "s", why }
}

/// Every limit of this crate.
pub const ALL: &[Limit] = &[
    count("connections_max", CONNECTIONS_MAX, "connections", "memory and file handles; more wait to be accepted"),
    count("headers_max", HEADERS_MAX, "headers", "the parser's stack; more are answered 431"),
    count("header_bytes_max", HEADER_BYTES_MAX, "bytes", "memory per connection; more are answered 431"),
    time("header_read_timeout", HEADER_READ_TIMEOUT, "slow or idle clients hold a connection; it is closed"),
    count("body_bytes_max", BODY_BYTES_MAX, "bytes", "memory per request of the vendors' protocols; answered 413"),
    time("body_idle_timeout", BODY_IDLE_TIMEOUT, "a client that stops inside a body; answered 408 and closed"),
    time("body_read_timeout", BODY_READ_TIMEOUT, "a client that sends a body by drops; answered 408 and closed"),
    count("body_bytes_free", BODY_BYTES_FREE, "bytes", "what a body may hold before it counts as a large one"),
    count(
        "body_bytes_in_flight_max",
        BODY_BYTES_IN_FLIGHT_MAX,
        "bytes",
        "memory of all large bodies, which are held before it is known who sent them; answered 503",
    ),
    time(
        "write_stall_timeout",
        WRITE_STALL_TIMEOUT,
        "a client that does not take its answer; the connection is closed",
    ),
    time("drain_timeout", DRAIN_TIMEOUT, "how long a shutdown waits for running requests"),
    count("reason_bytes_max", REASON_BYTES_MAX, "bytes", "a reason is stored with every revision; answered 400"),
    count("json_depth_max", JSON_DEPTH_MAX, "levels", "the stack; answered as a serialization error"),
    count("form_members_max", FORM_MEMBERS_MAX, "members", "work before the signature is checked; answered 400"),
    count("form_depth_max", FORM_DEPTH_MAX, "levels", "the stack; answered 400"),
];
