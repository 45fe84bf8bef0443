//! One host's agent: registers it once, then collects and reports, again and again.

mod deliver;
mod run;

use std::collections::BTreeSet;

use bartizan_host::observe::{Facts, Inventory};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::client::{CallError, Client};
use crate::clock;
use crate::collect::{CollectError, Collector, Progress, Root};
use crate::credential::Credential;
use crate::folder::{Folder, FolderError};
use crate::spool::{Kind, Limits, Spool, SpoolError};

pub use deliver::Delivered;
pub use run::Pace;

const REGISTER: &str = "/v1/host/register";

/// Collects and reports one host.
#[derive(Debug)]
pub struct Agent {
    /// `None` only while a collection runs on another thread.
    collector: Option<Collector>,
    client: Client,
    credential: Credential,
    spool: Spool,
    /// Digests of indices that the server is known to have.
    known: BTreeSet<String>,
    _folder: Folder,
}

/// Why an agent cannot do what it should.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The host cannot be read.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// The server did not do it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The agent's folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The spool cannot be used.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// There is no credential in the folder.
    #[error("this host is not registered: create an activation and register with its id and code")]
    Unregistered,
    /// There is one already.
    #[error("this host is registered as `{0}` already: remove `credential.json` from the agent's folder to start anew")]
    Registered(String),
    /// The thread that collected is gone.
    #[error("the collection was interrupted; start the agent again")]
    Interrupted,
}

/// What proves that a host may register.
#[derive(Debug, Clone, Copy)]
pub struct Activation<'a> {
    /// As `CreateActivation` answered it.
    pub id: &'a str,
    /// As `CreateActivation` answered it.
    pub code: &'a str,
}

/// Registers the host under `root` and keeps its credential in `folder`.
///
/// # Errors
/// It is registered already, cannot be read, or the server refuses.
pub async fn register(
    folder: &Folder,
    client: &mut Client,
    root: &Root,
    activation: Activation<'_>,
) -> Result<Credential, AgentError> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Request<'a> {
        activation_id: &'a str,
        activation_code: &'a str,
        facts: &'a Facts,
    }
    if let Some(credential) = folder.credential()? {
        return Err(AgentError::Registered(credential.instance_id));
    }
    let facts = Collector::new(root.clone()).facts()?;
    let request = json!(Request { activation_id: activation.id, activation_code: activation.code, facts: &facts });
    let credential: Credential = client.post(REGISTER, Bytes::from(request.to_string()), None).await?;
    folder.keep(&credential)?;
    Ok(credential)
}

impl Agent {
    /// The agent of a host that is registered.
    ///
    /// # Errors
    /// There is no credential, or the folder cannot be used.
    pub fn open(folder: Folder, client: Client, root: Root, limits: Limits) -> Result<Self, AgentError> {
        let credential = folder.credential()?.ok_or(AgentError::Unregistered)?;
        let spool = folder.spool(limits)?;
        let collector = Some(Collector::new(root));
        Ok(Self { collector, client, credential, spool, known: BTreeSet::new(), _folder: folder })
    }

    /// Who the host is for the server.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.credential.instance_id
    }

    /// What waits to be sent.
    #[must_use]
    pub fn spool(&self) -> &Spool {
        &self.spool
    }

    /// Collects once and sends what waits; `progress` hears of slow reads.
    ///
    /// # Errors
    /// The host cannot be read, or not all could be sent; what was collected is kept then.
    pub async fn report<P>(&mut self, progress: P) -> Result<Delivered, AgentError>
    where
        P: FnMut(Progress<'_>) + Send + 'static,
    {
        let inventory = self.collect(progress).await?;
        self.keep(&inventory)?;
        self.deliver(&inventory).await
    }

    /// Does `work` with the collector on a thread that may block.
    async fn aside<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Collector) -> T + Send + 'static,
    ) -> Result<T, AgentError> {
        let mut collector = self.collector.take().ok_or(AgentError::Interrupted)?;
        let task = tokio::task::spawn_blocking(move || {
            let outcome = work(&mut collector);
            (collector, outcome)
        });
        let (collector, outcome) = task.await.map_err(|_| AgentError::Interrupted)?;
        self.collector = Some(collector);
        Ok(outcome)
    }

    async fn collect<P>(&mut self, mut progress: P) -> Result<Inventory, AgentError>
    where
        P: FnMut(Progress<'_>) + Send + 'static,
    {
        let instance = self.credential.instance_id.clone();
        let found = self.aside(move |collector| collector.collect(&instance, clock::now(), &mut progress)).await?;
        let mut inventory = found?;
        let dropped = self.spool.dropped();
        if dropped > 0 {
            inventory
                .blind
                .push(format!("{dropped} earlier reports or indices were dropped unsent: the spool was full"));
        }
        Ok(inventory)
    }

    /// Puts a report into the spool, as it will be sent.
    fn keep(&mut self, inventory: &Inventory) -> Result<(), AgentError> {
        let body = json!({ "Inventory": inventory }).to_string();
        self.spool.push(Kind::Inventory, body.as_bytes())?;
        Ok(())
    }
}

/// The answer to a report.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reported {
    #[serde(default)]
    missing_indices: Vec<String>,
}

/// An answer without content.
#[derive(Debug, Deserialize)]
struct Nothing {}
