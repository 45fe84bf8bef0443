//! Ctrl-C and SIGTERM.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

/// Ready when the program is asked to stop. Listening begins at once, so that no signal is missed.
pub(crate) fn asked() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
