//! The sensor: finds images on a host, scans them as its profile says, and reports to the server.
//!
//! When an image is scanned is decided by the very function that a preview asks, [`next_scan`](bartizan_container::engine::next_scan):
//! what a preview foretells is what a sensor does.

pub mod build;
mod calls;
pub mod dynamic;
pub mod enrol;
pub mod find;
pub mod log;
pub mod memory;
pub mod orders;
pub mod registry;
pub mod runtime;
pub mod sensor;
mod work;

pub use build::Build;
pub use enrol::{Activation, enrol};
pub use sensor::{Pace, Sensor, SensorError};

/// A report as it travels: JSON in a text.
fn text(report: &impl serde::Serialize) -> String {
    // What is reported has no maps with odd keys and no numbers that JSON has not.
    serde_json::to_string(report).unwrap_or_default()
}
