//! The advisories that images are judged by: compiled at the start, and again when a file of them has changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bartizan_access::authorize::ROOT;
use bartizan_container::room::ContainerRoom;
use bartizan_image::feed::{Book, FeedError, fingerprint, prepare};

use crate::surroundings::Surroundings;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(60);

/// The files, and where what they were compiled to is kept.
#[derive(Debug, Clone)]
pub(crate) struct Feeds {
    files: Vec<PathBuf>,
    cache: PathBuf,
}

impl Feeds {
    pub(crate) fn new(files: Vec<PathBuf>, cache: &Path) -> Self {
        Self { files, cache: cache.to_owned() }
    }

    /// Compiles them; nothing without any.
    pub(crate) fn book(&self) -> Result<Option<Book>, FeedError> {
        if self.files.is_empty() { Ok(None) } else { prepare(&self.files, &self.cache).map(Some) }
    }

    /// Judges scans by them that were judged by others, until it is aborted.
    pub(crate) async fn follow(self, surroundings: Arc<Surroundings>, room: Arc<ContainerRoom>) {
        if self.files.is_empty() {
            return;
        }
        let mut turns = tokio::time::interval(EVERY);
        turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut seen = fingerprint(&self.files).ok();
        let mut changed = true;
        loop {
            turns.tick().await;
            let now = fingerprint(&self.files).ok();
            // A file that is just being replaced is looked at at the next turn.
            if now.is_some() && now != seen {
                let feeds = self.clone();
                match tokio::task::spawn_blocking(move || feeds.book()).await {
                    Ok(Ok(Some(book))) => {
                        room.follow(book);
                        (seen, changed) = (now, true);
                    }
                    Ok(Ok(None)) => {}
                    Ok(Err(error)) => {
                        tracing::error!(%error, "changed advisories cannot be used; the former ones hold")
                    }
                    Err(error) => tracing::error!(%error, "changed advisories could not be compiled"),
                }
            }
            if changed {
                match room.judge_again(&surroundings.own(ROOT, "chores")).await {
                    Ok(scans) => {
                        tracing::info!(scans, "images were judged again by other advisories");
                        changed = false;
                    }
                    Err(error) => tracing::error!(%error, "images could not be judged again"),
                }
            }
        }
    }
}
