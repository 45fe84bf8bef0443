//! Devices: the queue of what they report, the clock that closes their windows, and the endpoint that they connect to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bartizan_access::authorize::ROOT;
use bartizan_device::room::DeviceRoom;
use bartizan_ledger::StoreError;
use bartizan_mqtt::{Bridge, Host, Limits, ListenError, TlsError};
use bartizan_policy::{Authorizer, Cx};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::DeviceConfig;
use crate::data_folder::DataFolder;
use crate::door::Door;
use crate::surroundings::Surroundings;

mod carrier;
mod clerk;
mod errands;
mod house;
mod intake;

use carrier::Carrier;
use clerk::Clerk;
use house::House;
use intake::Intake;

/// How often commits are followed, and the end of a window is looked for: what is told at a tick comes so late at most.
const EVERY: Duration = Duration::from_millis(200);

/// How long what was published may take to become durable when the server stops.
const DRAIN: Duration = Duration::from_secs(10);

/// Why devices cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum DevicesError {
    /// What was recorded does not read back.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// They cannot connect.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The certificates for a broker cannot be used.
    #[error(transparent)]
    Bridge(#[from] TlsError),
}

/// Where devices connect.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// Without encryption.
    pub plain: Vec<SocketAddr>,
    /// With TLS.
    pub encrypted: Vec<SocketAddr>,
    /// With what devices verify the server, if the own authority has issued its certificate.
    pub authority: Option<PathBuf>,
}

/// Everything about devices that runs beside requests.
#[derive(Debug)]
pub(crate) struct Devices {
    doors: Doors,
    intake: Arc<Intake>,
    stop: watch::Sender<bool>,
    /// Stops what goes on until the last report is judged.
    rest: watch::Sender<bool>,
    serving: JoinHandle<()>,
    taking_in: JoinHandle<()>,
    attending: JoinHandle<()>,
    errands: JoinHandle<()>,
}

impl Devices {
    /// Recovers what was recorded, and lets devices in.
    pub(crate) async fn start(
        config: &DeviceConfig,
        folder: &DataFolder,
        surroundings: &Arc<Surroundings>,
        room: &Arc<DeviceRoom>,
        door: Door,
        authorizer: &Arc<dyn Authorizer>,
    ) -> Result<Self, DevicesError> {
        let cx = own(surroundings);
        let bound = config.listeners.bind(&folder.join("mqtt"), cx.now).await?;
        let recovered = room.open(&cx).await?;
        if let Some(rebuilt) = &recovered.rebuilt {
            let (why, datapoints) = (&rebuilt.why, rebuilt.datapoints);
            let (held, invalidated) = (rebuilt.held, rebuilt.invalidated);
            tracing::warn!(
                why,
                datapoints,
                held,
                invalidated,
                "the snapshot of what devices told could not be read: it was put together again from the columns, the \
                 ledger and the violations that were told; see docs/devices.md, \"What is kept\""
            );
        }
        if let Some(why) = &recovered.unreadable {
            tracing::error!(why, "what devices have measured cannot be looked at; they are judged nevertheless");
        }
        if recovered.replayed > 0 {
            let (replayed, active) = (recovered.replayed, recovered.active);
            tracing::info!(replayed, active, "judged again what devices had told since the last snapshot");
        }
        let (intake, taking_in) = Intake::start(Arc::clone(surroundings), Arc::clone(room));
        let intake = Arc::new(intake);
        let doors = Doors {
            plain: bound.plain(),
            encrypted: bound.encrypted(),
            authority: bound.authority().map(|authority| authority.certificate_path().to_owned()),
        };
        if let Some(authority) = bound.authority() {
            room.enrol_with(Arc::new(Clerk(Arc::clone(authority))));
        }
        let (stop, stopping) = watch::channel(false);
        let house: Arc<dyn Host> = Arc::new(House {
            realm: cx.realm.clone(),
            door,
            authorizer: Arc::clone(authorizer),
            room: Arc::clone(room),
            intake: Arc::clone(&intake),
        });
        let (endpoint, serve) = bound.serve(Arc::clone(&house), Limits::default(), stopping);
        let mut brokers = Vec::with_capacity(config.bridges.len());
        for settings in &config.bridges {
            let (bridge, handle) = Bridge::new(settings.clone())?;
            brokers.push(handle);
            let (house, mut stopping) = (Arc::clone(&house), stop.subscribe());
            tokio::spawn(bridge.run(house, async move {
                let _stopped_or_dropped = stopping.wait_for(|stop| *stop).await;
            }));
        }
        let errands = tokio::spawn(errands::run(
            Arc::clone(surroundings),
            Arc::clone(room),
            Arc::clone(authorizer),
            stop.subscribe(),
        ));
        let (rest, resting) = watch::channel(false);
        room.connect(Arc::new(Carrier::new(Arc::clone(&intake), endpoint, brokers)));
        Ok(Self {
            doors,
            intake,
            stop,
            rest,
            serving: tokio::spawn(serve),
            taking_in,
            attending: tokio::spawn(attend(Arc::clone(surroundings), Arc::clone(room), resting)),
            errands,
        })
    }

    /// Where devices connect.
    pub(crate) fn doors(&self) -> &Doors {
        &self.doors
    }

    /// Lets what was published become durable, judges what waits and keeps a snapshot, so that the next start has nothing
    /// to repeat.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(DRAIN, self.serving).await.is_err() {
            tracing::warn!("devices were still being served at the end");
        }
        let _ended = self.errands.await;
        self.intake.close();
        let _ended = self.taking_in.await;
        self.rest.send_replace(true);
        let _ended = self.attending.await;
    }
}

pub(crate) fn own(surroundings: &Surroundings) -> Cx {
    surroundings.own(ROOT, "devices")
}

/// Follows commits, closes windows and seals until it is stopped, and then seals once more. What fails is logged and tried
/// again. It is never broken off: what a store has taken and what the room knows of that would differ.
async fn attend(surroundings: Arc<Surroundings>, room: Arc<DeviceRoom>, mut stop: watch::Receiver<bool>) {
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _stopped_or_dropped = stop.wait_for(|stop| *stop) => break,
        }
        if let Err(error) = once(&room, &own(&surroundings)).await {
            tracing::error!(%error, "devices could not be attended to");
        }
    }
    if let Err(error) = room.seal(&own(&surroundings)).await {
        tracing::error!(%error, "no snapshot of what devices told could be kept: the next start takes longer");
    }
}

async fn once(room: &DeviceRoom, cx: &Cx) -> Result<(), StoreError> {
    // Whom a certificate stands for may have changed with another replica.
    room.roster().follow(cx).await?;
    room.follow(cx).await?;
    room.tick(cx).await?;
    // Only after a failure there is anything left to judge or to write.
    room.settle(cx).await?;
    room.mark_if_due(cx).await?;
    room.seal_if_due(cx).await?;
    Ok(())
}
