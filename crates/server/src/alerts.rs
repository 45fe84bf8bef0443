//! The delivery of alerts: which sinks there are, and the loop.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bartizan_notify::{Bell, Delivery, Pace, Sinks, SinksError};
use bartizan_wire::Realm;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::clock;
use crate::data_folder::DataFolder;
use crate::stores::Stores;

/// Which sinks there are; see the README of `notify`.
const FILE: &str = "notify.json";

/// Why the configuration of alerts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// It cannot be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not right.
    #[error("`{}`: {source}", path.display())]
    Sinks {
        /// Which file.
        path: PathBuf,
        /// What is not right.
        source: SinksError,
    },
}

/// The sinks that the data folder configures; none without a file.
pub(crate) fn sinks(folder: &DataFolder) -> Result<Sinks, AlertsError> {
    let path = folder.join(FILE);
    match std::fs::read(&path) {
        Ok(text) => Sinks::parse(&text).map_err(|source| AlertsError::Sinks { path, source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Sinks::default()),
        Err(source) => Err(AlertsError::File { path, source }),
    }
}

/// The loop that delivers.
#[derive(Debug)]
pub(crate) struct Alerts {
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Alerts {
    /// Delivers what is in the outbox of `realm`, at once where the bell rings.
    pub(crate) fn deliver(stores: &Stores, realm: Realm, sinks: Sinks, bell: Bell) -> Self {
        let board = Arc::clone(&stores.board) as _;
        let delivery = Delivery::new(board, realm, Arc::new(sinks), Pace::default(), bell, Arc::new(clock::now));
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(delivery.run(async move {
            // A sender that was dropped asks for it as well.
            let _asked_or_dropped = stopped.await;
        }));
        Self { stop, running }
    }

    /// Lets what is under way finish.
    pub(crate) async fn stop(self) {
        let _already_gone = self.stop.send(());
        if let Err(error) = self.running.await {
            tracing::error!(%error, "the delivery of alerts did not stop cleanly");
        }
    }
}
