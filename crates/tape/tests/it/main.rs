//! The tape on disk: what is appended comes back, whatever happens to the process and to the files.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod child;
mod damage;
mod kill;
mod model;
mod positions;
mod sample;
mod series;
mod storage;
mod torn;
