//! A file that grows by one line an alert, for log shippers and for looking at.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bartizan_policy::Alert;
use tokio::sync::Mutex;

use super::form::Form;
use crate::queue::Outcome;

/// Appends to a file. It may be moved away at any time: it is opened for each line.
#[derive(Debug)]
pub(super) struct FileSink {
    pub(super) path: PathBuf,
    pub(super) form: Form,
    /// Lines are written one at a time.
    pub(super) turn: Arc<Mutex<()>>,
}

impl FileSink {
    pub(super) async fn deliver(&self, alert: &Alert) -> Outcome {
        let line = format!("{}\n", self.form.of(alert));
        let path = self.path.clone();
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let written = tokio::task::spawn_blocking(move || {
            let written = append(&path, line.as_bytes());
            drop(turn);
            written
        });
        let why = match written.await {
            Ok(Ok(())) => return Outcome::Delivered,
            Ok(Err(error)) => format!("`{}` cannot be written: {error}", self.path.display()),
            Err(error) => error.to_string(),
        };
        Outcome::Later { why, away: true, after: None }
    }
}

/// Durable when it returns.
fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.write_all(line)?;
    file.sync_data()
}
