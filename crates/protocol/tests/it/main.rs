//! The protocol in front of a tiny table of operations, spoken to over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected must fail"
)]

mod aws_json;
mod aws_query;
mod aws_rest;
mod bearer;
mod client;
mod connections;
mod hostile;
mod native;
mod operations;
mod world;
