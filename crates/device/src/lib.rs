//! The device room: AWS IoT Device Defender Detect.
//!
//! A behavior states what is **normal**; a datapoint that does not fit it is a violation.

pub mod behavior;
pub mod metric;
pub mod observe;
pub mod room;
