//! The host room: patch baselines of AWS Systems Manager Patch Manager, judged against real package inventories.

pub mod activation;
pub mod api;
pub mod baseline;
pub mod catalogue;
pub mod deb;
pub mod engine;
pub mod errors;
pub mod filter;
mod foresee;
pub mod group;
pub mod identity;
pub mod index;
pub mod inventory;
pub mod node;
pub mod observe;
pub mod offline;
pub mod orchestrator;
pub mod patch;
pub mod predefined;
pub mod product;
pub mod property;
pub mod room;
pub mod scan;
pub mod spelling;
pub mod state;
pub mod system;
pub mod tags;
pub mod token;

pub use api::{AGENT_ACTIONS, operations};
