//! The host room: patch baselines of AWS Systems Manager Patch Manager, judged against real package inventories.

pub mod engine;
pub mod observe;
