//! The room of sensor profiles: what is scanned, when, and what a change of a profile would do.

pub mod api;
pub mod engine;
pub mod errors;
pub mod offline;
pub mod profile;
pub mod room;
pub mod told;

pub use api::operations;
