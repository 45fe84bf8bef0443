//! JSON bodies: which of their keys and values are inspected, and whether they are JSON at all.
//!
//! Reading is as tolerant as the vendor's: commas and colons may be missing or be too many. What breaks a body is a character
//! that cannot be there, a key that occurs twice in an object, an end that comes too early, and a root that is neither object
//! nor array.

mod pointer;
mod scan;
mod text;

use std::ops::ControlFlow;

pub use pointer::{JsonSelector, PointerError};
pub use scan::{DEPTH_MAX, Malformed};

use scan::scan;

/// Memory for reading. Keep one a thread: what it has grown to it keeps.
#[derive(Debug, Default, Clone)]
pub struct JsonScratch {
    /// The text of one string with its escapes decoded.
    text: Vec<u8>,
    containers: Vec<scan::Container>,
    keys: scan::Keys,
}

/// Says whether a body is JSON, tolerantly.
///
/// # Errors
/// It is not, and why.
pub fn validate(body: &[u8], scratch: &mut JsonScratch) -> Result<(), Malformed> {
    scan(body, scratch, &mut |_| ControlFlow::Continue(())).map(|_| ())
}

#[cfg(test)]
mod tests;
