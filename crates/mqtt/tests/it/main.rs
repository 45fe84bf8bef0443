//! The endpoint over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bridge;
mod client;
mod delivering;
mod hostile;
mod house;
mod sessions;
mod talking;
mod tls;
