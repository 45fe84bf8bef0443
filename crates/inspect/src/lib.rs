#![doc = include_str!("../README.md")]

pub mod addresses;
mod bytes;
pub mod dialect;
pub mod json;
pub mod patterns;
pub mod query;
pub mod sqli;
pub mod transformation;
pub mod window;
pub mod xss;

pub use addresses::{AddressSet, Forwarded, ForwardedPlace, Network};
pub use json::{JsonScratch, JsonSelector};
pub use patterns::{PatternError, PatternId, Patterns, PatternsBuilder, Position, Seen};
pub use query::{Argument, PreParse, arguments};
pub use sqli::{Sensitivity, SqlInjection, detect_sqli};
pub use transformation::{Outcome, Scratch, Transformation};
pub use window::{Names, Pair, Scope, Window, cookies, header_order};
pub use xss::{Script, detect_xss};
