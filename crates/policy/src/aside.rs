//! [`aside`]: work that takes longer than a request may hold its thread.

use bartizan_ledger::StoreError;

/// Runs `work` on a thread of its own, so that other requests go on meanwhile. For judgments of many observations; what
/// ends within half a millisecond is done in place.
///
/// # Errors
/// When the work panicked, or the program is stopping.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Failed(format!("a judgment did not come to its end: {error}")))
}
