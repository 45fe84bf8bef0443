#![doc = include_str!("../README.md")]

pub mod courier;
pub mod signing;
pub mod trust;

pub use courier::{Answer, Courier, Method, Opened, Request, Unanswered};
pub use signing::{AccessKey, Signing};
pub use trust::Trust;
