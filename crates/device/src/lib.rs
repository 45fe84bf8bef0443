//! The device room: AWS IoT Device Defender Detect.
//!
//! A behavior states what is **normal**; a datapoint that does not fit it is a violation.

pub mod api;
pub mod attachment;
pub mod behavior;
pub mod certificate;
pub mod custom_metric;
pub mod dimension;
pub mod endpoint;
pub mod engine;
pub mod errors;
pub mod export;
pub mod lint;
pub mod metric;
pub mod mitigation;
pub mod observe;
pub mod profile;
pub mod registry;
pub mod report;
pub mod room;
pub mod roster;
pub mod suggest;
pub mod tags;
pub mod target;
pub mod thing;
pub mod thing_group;
pub mod violation;

pub use api::operations;
