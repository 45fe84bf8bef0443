#![doc = include_str!("../README.md")]

mod bytes;
pub mod dialect;
pub mod patterns;
pub mod query;
pub mod sqli;
pub mod transformation;
pub mod xss;

pub use patterns::{PatternError, PatternId, Patterns, PatternsBuilder, Position, Seen};
pub use query::{Argument, PreParse, arguments};
pub use sqli::{Sensitivity, SqlInjection, detect_sqli};
pub use transformation::{Outcome, Scratch, Transformation};
pub use xss::{Script, detect_xss};
