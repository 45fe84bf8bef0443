//! What is done beside judging devices: the roster follows the ledger, so that an endpoint knows whose certificates still
//! admit, and the tasks that were started on violations are carried out.

use std::sync::Arc;
use std::time::Duration;

use bartizan_device::mitigation::work;
use bartizan_device::room::DeviceRoom;
use bartizan_policy::Authorizer;
use tokio::sync::watch;

use super::own;
use crate::surroundings::Surroundings;

/// How late a certificate that was switched off is noticed at most, and a task begins; how long a failure is left alone.
const EVERY: Duration = Duration::from_millis(200);

/// Runs until it is stopped; the board says how far tasks are. What fails is logged and tried again.
pub(super) async fn run(
    surroundings: Arc<Surroundings>,
    room: Arc<DeviceRoom>,
    authorizer: Arc<dyn Authorizer>,
    mut stop: watch::Receiver<bool>,
) {
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _stopped_or_dropped = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = room.roster().follow(&own(&surroundings)).await {
            tracing::error!(%error, "changes of things and certificates could not be followed");
        }
        if !room.bell().answer() {
            continue;
        }
        match work::advance(&own(&surroundings), authorizer.as_ref()).await {
            Ok(false) => {}
            Ok(true) => {
                room.bell().ring();
                turns.reset_immediately();
            }
            Err(error) => {
                room.bell().ring();
                tracing::error!(%error, "mitigation tasks could not be carried on with");
            }
        }
    }
}
