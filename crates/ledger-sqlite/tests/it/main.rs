//! The SQLite stores, against the contract and against what machines do to them.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod child;
mod contract;
mod faults;
mod file;
mod formats;
mod group;
mod kill;
mod retention;
