//! How requests wait for news: until their time is over, or the server stops.

use std::time::Duration;

use bartizan_container::room::Rest;
use tokio::sync::watch;
use tokio::time::timeout;

/// Waits, and can be ended for all.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    ended: watch::Sender<bool>,
}

impl Pause {
    /// Lets nobody wait any more.
    pub(crate) fn end(&self) {
        self.ended.send_replace(true);
    }
}

#[async_trait::async_trait]
impl Rest for Pause {
    async fn rest(&self, time: Duration) -> bool {
        let mut ended = self.ended.subscribe();
        timeout(time, ended.wait_for(|ended| *ended)).await.is_err()
    }
}
