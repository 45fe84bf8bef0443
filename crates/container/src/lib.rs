//! The room of sensor profiles: what is scanned, when, and what a change of a profile would do.

pub mod api;
pub mod engine;
pub mod errors;
pub mod events;
mod foresee;
pub mod known;
pub mod listing;
mod loose;
pub mod observe;
pub mod offline;
pub mod profile;
pub mod qql;
pub mod record;
pub mod registry;
pub mod room;
pub mod sensor;
pub mod told;
pub mod vulnerability;

pub use api::{AGENT_ACTIONS, operations};
