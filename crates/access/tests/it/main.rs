//! Tests of `access` through its public interface.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the unexpected must fail")]

mod garbage;
mod requests;
mod roles;
mod suite;
mod tampering;
mod vectors;
