//! Counters.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Stats {
    requests: AtomicU64,
    client_errors: AtomicU64,
    server_errors: AtomicU64,
    panics: AtomicU64,
}

impl Stats {
    pub(crate) fn answered(&self, status: StatusCode) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if status.is_client_error() {
            self.client_errors.fetch_add(1, Ordering::Relaxed);
        } else if status.is_server_error() {
            self.server_errors.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn panicked(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests answered.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Of these with a 4xx.
    #[must_use]
    pub fn client_errors(&self) -> u64 {
        self.client_errors.load(Ordering::Relaxed)
    }

    /// Of these with a 5xx.
    #[must_use]
    pub fn server_errors(&self) -> u64 {
        self.server_errors.load(Ordering::Relaxed)
    }

    /// Operations that panicked: each is a bug.
    #[must_use]
    pub fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }
}
