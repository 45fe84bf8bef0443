#![doc = include_str!("../README.md")]

mod bytes;
pub mod query;
pub mod transformation;

pub use query::{Argument, PreParse, arguments};
pub use transformation::{Outcome, Scratch, Transformation};
