//! What is told of a request that was judged: the vendor's log records, and samples.

mod filter;
mod log;
mod redact;
mod sampled;

pub use filter::keeps;
pub use log::{Source, log};
pub use redact::Redaction;
pub use sampled::sample;
