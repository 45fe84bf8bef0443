//! The life cycle over the in-memory ledger.

mod lifecycle;
mod preview;
mod world;
