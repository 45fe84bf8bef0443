//! The wall clock. Besides the server, only the agent may read it (rule R4), and it does so here only.

use std::time::SystemTime;

use bartizan_wire::Timestamp;

/// The present.
#[must_use]
pub fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "an observation carries the time at which it was made")]
    timestamp(SystemTime::now())
}

/// A point in time as reported; what lies outside the range becomes its end.
#[must_use]
pub fn timestamp(time: SystemTime) -> Timestamp {
    let milliseconds = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |milliseconds| -milliseconds),
    };
    Timestamp(milliseconds)
}
