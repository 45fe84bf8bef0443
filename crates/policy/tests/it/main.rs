//! The life cycle over the in-memory ledger.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod lifecycle;
mod preview;
mod series;
mod world;
