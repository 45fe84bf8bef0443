//! Connections that only read.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_ledger::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::fault::fault;
use crate::file::open_reader;

/// Long reads that run at the same time, and connections that are kept open while nobody reads.
const READERS_MAX: usize = 8;

/// Opens connections as they are needed and keeps a few. A connection's read sees every commit that was
/// acknowledged before it began.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Arc<Self> {
        Arc::new(Self { path, idle: Mutex::default(), turns: Arc::new(Semaphore::new(READERS_MAX)) })
    }

    /// A short read, on this thread.
    pub(crate) fn here<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        // a connection that failed is closed, and the next read tries a new one
        let answer = read(&connection).map_err(|error| self.fault(&error))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < READERS_MAX {
            idle.push(connection);
        }
        Ok(answer)
    }

    /// A read that may be long, away from the threads that serve requests.
    pub(crate) async fn apart<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let stopped = |_| StoreError::Failed("a read was stopped because the program is ending".to_owned());
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| stopped(()))?;
        let readers = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let answer = readers.here(read);
            drop(turn);
            answer
        });
        reading.await.map_err(|_| stopped(()))?
    }

    /// Reading is not writing: what the disk refuses here is a failure, or damage.
    fn fault(&self, error: &rusqlite::Error) -> StoreError {
        match fault(&self.path, "reading", error) {
            StoreError::NotWritable(message) => StoreError::Failed(message),
            other if matches!(error, rusqlite::Error::FromSqlConversionFailure(..)) => {
                StoreError::Damaged(other.to_string())
            }
            other => other,
        }
    }
}
