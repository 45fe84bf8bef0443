//! Asks the places where the application answers, every few seconds, whether they are well.

use std::sync::Arc;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;

use crate::settings::Settings;
use crate::upstream::Upstreams;

/// Begins to ask, if the settings say by which path.
pub(crate) fn start(settings: &Settings, upstreams: &Arc<Upstreams>) -> Option<JoinHandle<()>> {
    let path = settings.health.clone()?;
    let (every, upstreams) = (settings.health_every, Arc::clone(upstreams));
    Some(tokio::spawn(async move {
        let mut turns = tokio::time::interval(every);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            let mut asked = JoinSet::new();
            for upstream in upstreams.all() {
                let (upstream, path) = (Arc::clone(upstream), path.clone());
                asked.spawn(async move { upstream.examine(path, every).await });
            }
            asked.join_all().await;
        }
    }))
}
