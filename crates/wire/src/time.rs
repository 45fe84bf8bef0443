//! Points in time: milliseconds since the Unix epoch, UTC. The wall clock is never read here; see rule R4.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. Ordered, copied freely, serialised in storage as an integer;
/// on the AWS JSON wire it is a number of seconds with three decimals, see [`wire_seconds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);
