//! Records as the vendor's lists have them. Times are texts with milliseconds since the epoch; what is not known here is null.

pub mod container;
pub mod findings;
pub mod image;
pub mod registry;
pub mod sensor;
pub mod software;
pub mod vulnerability;

use bartizan_wire::Timestamp;

/// A time as records have it.
pub(crate) fn text(at: Timestamp) -> String {
    at.0.to_string()
}
