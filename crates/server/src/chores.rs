//! What a server does by itself from time to time.

use std::sync::Arc;
use std::time::Duration;

use bartizan_access::authorize::ROOT;
use bartizan_container::room::ContainerRoom;
use bartizan_device::room::DeviceRoom;
use bartizan_host::room::HostRoom;
use bartizan_ledger::StoreError;
use bartizan_policy::Cx;
use bartizan_tape::{Pruned, RETENTION_DAYS};

use crate::stores::Stores;
use crate::surroundings::Surroundings;

/// How often hosts are judged again by what their baselines say now, and old recordings are dropped.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Runs until it is aborted. A chore that fails is logged and tried again at its next turn.
pub(crate) async fn run(
    surroundings: Arc<Surroundings>,
    (host, device, container): (Arc<HostRoom>, Arc<DeviceRoom>, Arc<ContainerRoom>),
    stores: Stores,
) {
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    // The first turn is at once, when there is nothing to do yet.
    turns.tick().await;
    loop {
        turns.tick().await;
        let cx = surroundings.own(ROOT, "chores");
        let before = cx.now.plus_days(-i64::from(RETENTION_DAYS));
        say("recordings", stores.tape.prune(before).await);
        say("samples", prune_samples(&cx, &device, &stores).await);
        if let Err(error) = bartizan_device::violation::prune(&cx).await {
            tracing::error!(%error, "old violations of devices could not be dropped");
        }
        match container.prune_scans(&cx).await {
            Ok(0) => {}
            Ok(scans) => tracing::info!(scans, "dropped scans of images that are gone"),
            Err(error) => tracing::error!(%error, "scans of images that are gone could not be dropped"),
        }
        if let Err(error) = host.scan_all(&cx).await {
            tracing::error!(%error, "hosts could not be judged again");
        }
    }
}

/// How often it is told which versions of managed rule sets have expired.
const EXPIRIES_EVERY: Duration = Duration::from_secs(10);

/// Tells of versions that expire, until it is aborted.
pub(crate) async fn tell_expiries(surroundings: Arc<Surroundings>) {
    let mut turns = tokio::time::interval(EXPIRIES_EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        turns.tick().await;
        if let Err(error) = bartizan_web::tell_expired(&surroundings.own(ROOT, "chores")).await {
            tracing::error!(%error, "expired versions of managed rule sets could not be told");
        }
    }
}

/// Samples are of devices alone, whose room knows how long they are needed.
async fn prune_samples(cx: &Cx, device: &DeviceRoom, stores: &Stores) -> Result<Pruned, StoreError> {
    let before = cx.now.plus_days(-device.days_kept(cx).await?);
    stores.series.prune(before).await
}

fn say(what: &str, outcome: Result<Pruned, StoreError>) {
    match outcome {
        Ok(Pruned { segments: 0, .. }) => {}
        Ok(Pruned { segments, recordings }) => {
            tracing::info!(files = segments, rows = recordings, "dropped old {what}")
        }
        Err(error) => tracing::error!(%error, "old {what} could not be dropped"),
    }
}
