//! The wall clock. It is read here and in `agent`, and passed on as a value (R4).

use std::time::{SystemTime, UNIX_EPOCH};

use bartizan_wire::Timestamp;

/// The current time, to the millisecond.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "R4: this is the place where the wall clock is read")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
