//! The room of sensor profiles: what is scanned, when, and what a change of a profile would do.

pub mod engine;
pub mod offline;
pub mod told;
