//! [`Sensor`]: calls in for orders, and carries them out.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use bartizan_agent::client::CallError;
use bartizan_agent::collect::{CollectError, Root};
use bartizan_agent::folder::FolderError;
use bartizan_agent::spool::{Limits, Spool, SpoolError};
use bartizan_agent::{Client, Credential, Folder, clock};
use bartizan_container::observe::{Facts, Obeyed};
use bytes::Bytes;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::calls::POLL;
use crate::enrol::facts;
use crate::find::Places;
use crate::log;
use crate::memory::{Memory, Shelf};
use crate::orders::{Answer, Orders};
use crate::work::Work;

/// Seconds that a poll waits at the server.
const POLL_WAIT_SECONDS: u32 = 50;
/// How long a sensor that ends waits for its last word to be taken.
const FAREWELL: Duration = Duration::from_secs(5);
/// Scans that wait for a server that is away: some days of a busy host.
const SPOOL: Limits = Limits { items_max: 10_000, bytes_max: 512 << 20 };

/// Why a sensor cannot do what it should.
#[derive(Debug, thiserror::Error)]
pub enum SensorError {
    /// The server did not do it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The sensor's folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// What waits to be sent cannot be kept.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The host cannot be read.
    #[error(transparent)]
    Host(#[from] CollectError),
    /// What is remembered of images cannot be read or kept.
    #[error("cannot use `{}`: {source}; give the sensor a folder that it may write to", path.display())]
    Memory {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no credential in the folder.
    #[error("this sensor has not enrolled: give it the customer id and the activation id of the activation key")]
    Stranger,
    /// There is one already.
    #[error("this sensor has enrolled as `{0}` already: remove `credential.json` from its folder to start anew")]
    Enrolled(String),
    /// The thread that worked is gone.
    #[error("the work was interrupted; start the sensor again")]
    Interrupted,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between looks for images.
    pub look: Duration,
    /// Between attempts while the server is away.
    pub retry: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { look: Duration::from_secs(10), retry: Duration::from_secs(10) }
    }
}

/// A sensor that has enrolled.
#[derive(Debug)]
pub struct Sensor {
    /// For polls, which wait at the server.
    polling: Client,
    credential: Credential,
    facts: Facts,
    work: Work,
    _folder: Folder,
}

impl Sensor {
    /// The sensor of a folder. `client` makes a client of its server.
    ///
    /// # Errors
    /// It has not enrolled, or its folder or its host cannot be used.
    pub fn open(folder: Folder, client: impl Fn() -> Client, root: &Root, places: Places) -> Result<Self, SensorError> {
        let credential = folder.credential()?.ok_or(SensorError::Stranger)?;
        let path = folder.path().to_owned();
        log::open(&path).map_err(|source| SensorError::Memory { path: path.clone(), source })?;
        let spool = Spool::open(path.join("spool"), SPOOL)?;
        let memory = Memory::open(&path).map_err(|source| SensorError::Memory { path: path.clone(), source })?;
        let shelf = Shelf::open(&path).map_err(|source| SensorError::Memory { path: path.clone(), source })?;
        let facts = facts(root)?;
        let kept = (memory, shelf);
        let work = Work::new(client(), credential.clone(), path, spool, kept, places, facts.clone());
        Ok(Self { polling: client(), credential, facts, work, _folder: folder })
    }

    /// Who the sensor is for the server.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.credential.instance_id
    }

    /// Gets orders, looks for images, scans those that are due, reports, and ends.
    ///
    /// # Errors
    /// The server is away or refuses, or the sensor's folder cannot be used.
    pub async fn once(&mut self) -> Result<(), SensorError> {
        let obeyed = Obeyed::default();
        let answer = poll(&mut self.polling, &self.credential, &self.facts, &obeyed, None, false).await?;
        let orders = Orders::of(&answer).map_err(|why| foreign(&why))?;
        let (_orders, mut unchanging) = watch::channel(Some(orders));
        let (telling, _told) = watch::channel(obeyed);
        self.work.turn(&mut unchanging, &telling).await?;
        self.work.deliver().await
    }

    /// Carries out orders until `stop` is ready. A server that is away is logged and tried again; what was found is kept
    /// until it is back.
    ///
    /// # Errors
    /// The sensor's folder cannot be used, or the server does not know the sensor any more.
    pub async fn run(&mut self, pace: Pace, stop: impl Future<Output = ()> + Send) -> Result<(), SensorError> {
        let mut stop = pin!(stop);
        let (ordering, mut orders) = watch::channel(None::<Orders>);
        let (telling, told) = watch::channel(Obeyed::default());
        let outcome = {
            let polling = attend(&mut self.polling, &self.credential, &self.facts, pace, &ordering, told);
            let working = self.work.run(pace, &mut orders, &telling);
            tokio::select! {
                outcome = polling => outcome,
                outcome = working => outcome,
                () = &mut stop => Ok(()),
            }
        };
        let obeyed = telling.borrow().clone();
        let farewell = poll(&mut self.polling, &self.credential, &self.facts, &obeyed, None, true);
        if !matches!(tokio::time::timeout(FAREWELL, farewell).await, Ok(Ok(_))) {
            tracing::debug!("the server was not told that the sensor ends");
        }
        outcome
    }
}

pub(crate) fn foreign(why: &str) -> CallError {
    CallError::Refused { path: POLL, status: 200, text: format!("this sensor does not understand its orders: {why}") }
}

/// Calls in again and again. Ends only if that is of no use any more.
async fn attend(
    client: &mut Client,
    credential: &Credential,
    facts: &Facts,
    pace: Pace,
    ordering: &watch::Sender<Option<Orders>>,
    mut told: watch::Receiver<Obeyed>,
) -> Result<(), SensorError> {
    let mut version: Option<String> = None;
    loop {
        let obeyed = told.borrow_and_update().clone();
        // The server hears at once that the sensor goes by other orders, or rests.
        let otherwise = told.wait_for(|now| {
            (&now.profile_id, now.revision, now.inactive) != (&obeyed.profile_id, obeyed.revision, obeyed.inactive)
        });
        let answered = tokio::select! {
            answered = poll(client, credential, facts, &obeyed, version.as_deref(), false) => answered,
            _ = otherwise => continue,
        };
        match answered {
            Ok(answer) if version.as_deref() == Some(answer.version.as_str()) => {}
            Ok(answer) => {
                version = Some(answer.version.clone());
                match Orders::of(&answer) {
                    Ok(orders) => {
                        tracing::info!(profile = orders.profile_id, revision = orders.revision, "new orders");
                        ordering.send_replace(Some(orders));
                    }
                    Err(why) => tracing::error!(why, "new orders are not understood; the sensor goes on as before"),
                }
            }
            Err(error @ (CallError::Denied(_) | CallError::Refused { status: 404, .. })) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "no orders");
                sleep(pace.retry).await;
            }
        }
    }
}

pub(crate) async fn poll(
    client: &mut Client,
    credential: &Credential,
    facts: &Facts,
    obeyed: &Obeyed,
    version: Option<&str>,
    stopping: bool,
) -> Result<Answer, CallError> {
    let request = json!({
        "SensorId": credential.instance_id,
        "Version": version.unwrap_or_default(),
        "WaitSeconds": if version.is_some() { POLL_WAIT_SECONDS } else { 0 },
        "Facts": facts,
        "Obeyed": obeyed,
        "Stopping": stopping,
    });
    tracing::trace!(at = clock::now().0, "calling in");
    client.post(POLL, Bytes::from(request.to_string()), Some(credential)).await
}
