//! [`Server`]: a server that runs.

use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_access::authorize::ROOT;
use bartizan_device::endpoint::Endpoint;
use bartizan_device::room::DeviceRoom;
use bartizan_gateway::{GatewayError, LiveTraffic};
use bartizan_image::feed::FeedError;
use bartizan_ledger::StoreError;
use bartizan_notify::Bell;
use bartizan_operation::{BoundTwice, Refusal};
use bartizan_protocol::{Limits, PatternError, Service, serve};
use bartizan_wire::Json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::alerts::{self, Alerts, AlertsError};
use crate::chores;
use crate::config::{Config, RootKey};
use crate::data_folder::{DataFolder, FolderError};
use crate::devices::{Devices, DevicesError, Doors};
use crate::door::Door;
use crate::feeds::Feeds;
use crate::mint::RandomMint;
use crate::pause::Pause;
use crate::protection::Protection;
use crate::rooms::Rooms;
use crate::stores::Stores;
use crate::surroundings::Surroundings;
use crate::vendors::{self, VendorsError};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A store in it cannot be opened.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address with --listen, or port 0 for a free one")]
    Listen {
        /// As configured.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The configuration of alerts cannot be used.
    #[error("{0}")]
    Alerts(#[from] AlertsError),
    /// The vendors of managed rule sets that are to be there cannot be made.
    #[error("{0}")]
    Vendors(#[from] VendorsError),
    /// A feed of advisories cannot be used.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// Devices cannot be served.
    #[error("devices cannot be served: {0}")]
    Devices(#[from] DevicesError),
    /// The gateway does not start.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// A defect of this program.
    #[error("the table of operations is not right: {0}")]
    Table(String),
}

impl From<BoundTwice> for StartError {
    fn from(error: BoundTwice) -> Self {
        Self::Table(error.to_string())
    }
}

impl From<PatternError> for StartError {
    fn from(error: PatternError) -> Self {
        Self::Table(error.to_string())
    }
}

/// What this machine's own agent registers with.
#[derive(Debug, Clone)]
pub struct Enlistment {
    /// The activation's id.
    pub activation_id: String,
    /// The activation's code.
    pub activation_code: String,
}

/// A server that answers requests until it is stopped.
#[derive(Debug)]
pub struct Server {
    endpoint: String,
    root_key: RootKey,
    root_key_is_new: bool,
    folder: DataFolder,
    surroundings: Arc<Surroundings>,
    rooms: Rooms,
    devices: Devices,
    shutdown: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    chores: JoinHandle<()>,
    expiries: JoinHandle<()>,
    judging: JoinHandle<()>,
    protection: Option<Protection>,
    alerts: Alerts,
    pause: Arc<Pause>,
}

impl Server {
    /// Takes the folder, opens the stores, loads what the rooms keep in memory, and listens. When this returns, the
    /// server is ready.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let folder = DataFolder::open(&config.data)?;
        let (root_key, root_key_is_new) = match config.root_key {
            Some(key) => (key, false),
            None => folder.root_key()?,
        };
        let sinks = alerts::sinks(&folder)?;
        let stores = Stores::open(&folder)?;
        let chores_stores = stores.clone();
        let door = Door::new();
        door.admit(&root_key.access_key_id, &root_key.secret_access_key, ROOT, &config.realm);
        let device = DeviceRoom::new(config.devices.settings, RandomMint.number());
        // The first name in the listeners' certificate is the one that devices know.
        let endpoint = config.devices.listeners.names.first();
        let endpoint = endpoint.map_or_else(Endpoint::default, |host| Endpoint { host: host.clone() });
        let traffic = Arc::new(LiveTraffic::default());
        let known = Arc::clone(&traffic) as _;
        let feeds = Feeds::new(config.feeds, &folder.join("cache"));
        let book = feeds.book()?;
        let pause = Arc::new(Pause::default());
        let rooms = Rooms::build(
            Arc::new(door.clone()),
            device,
            endpoint,
            Arc::downgrade(&stores.ledger),
            known,
            Arc::clone(&pause),
            book,
        )?;
        let bell = Bell::default();
        let alerts = Alerts::deliver(&stores, config.realm.clone(), sinks, bell.clone());
        let surroundings = Arc::new(Surroundings::new(config.realm.clone(), stores, bell));
        let own = surroundings.own(ROOT, "start");
        rooms.host.load(&own).await?;
        rooms.container.load(&own).await?;
        let mut keys = bartizan_host::activation::agent_keys(&own).await?;
        keys.extend(bartizan_container::sensor::sensor_keys(&own).await?);
        for key in keys {
            door.admit(&key.access_key_id, &key.secret_access_key, &key.principal, &config.realm);
        }
        rooms.device.roster().load(&own).await?;
        vendors::onboard(&folder, &surroundings, &rooms).await?;
        let devices =
            Devices::start(&config.devices, &folder, &surroundings, &rooms.device, door.clone(), &rooms.authorizer)
                .await?;
        let protection = match &config.protection {
            Some(protected) => {
                let (table, authorizer) = (&rooms.table, &rooms.authorizer);
                let realm = &config.realm;
                Some(Protection::start(protected, &folder, &surroundings, &traffic, table, authorizer, realm).await?)
            }
            None => None,
        };
        let service = Service::new(
            Arc::clone(&rooms.table),
            Arc::new(door),
            Arc::clone(&rooms.authorizer),
            Arc::clone(&surroundings) as _,
            Limits::default(),
        )?;
        let listen = |source| StartError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let endpoint = format!("http://{address}");
        rooms.container.listens_at(&endpoint);
        folder.write_endpoint(&endpoint)?;
        let (shutdown, asked) = oneshot::channel();
        // A sender that was dropped asks for shutdown as well.
        let stop = async move {
            let _asked_or_dropped = asked.await;
        };
        let serving = tokio::spawn(serve(listener, Arc::new(service), stop));
        let working = (Arc::clone(&rooms.host), Arc::clone(&rooms.device), Arc::clone(&rooms.container));
        let chores = tokio::spawn(chores::run(Arc::clone(&surroundings), working, chores_stores));
        let judging = tokio::spawn(feeds.follow(Arc::clone(&surroundings), Arc::clone(&rooms.container)));
        let expiries = tokio::spawn(chores::tell_expiries(Arc::clone(&surroundings)));
        surroundings.set_ready(true);
        Ok(Self {
            endpoint,
            root_key,
            root_key_is_new,
            folder,
            surroundings,
            rooms,
            devices,
            shutdown,
            serving,
            chores,
            expiries,
            judging,
            protection,
            alerts,
            pause,
        })
    }

    /// Such as `http://127.0.0.1:8470`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The root key, and whether it was made at this start.
    #[must_use]
    pub fn root_key(&self) -> (&RootKey, bool) {
        (&self.root_key, self.root_key_is_new)
    }

    /// Where devices connect.
    #[must_use]
    pub fn doors(&self) -> &Doors {
        self.devices.doors()
    }

    /// Where clients of the application connect, and the ARN by which a web ACL is associated with that.
    #[must_use]
    pub fn protects(&self) -> Option<(String, &str)> {
        self.protection.as_ref().map(|protection| (protection.url(), protection.resource()))
    }

    /// Where what is measured of web ACLs can be read.
    #[must_use]
    pub fn measures(&self) -> Option<SocketAddr> {
        self.protection.as_ref().and_then(Protection::metrics)
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// An activation for this machine's own agent, made like any other: by calling `CreateActivation` as root.
    ///
    /// # Errors
    /// The operation's refusal, in words.
    pub async fn enlist(&self) -> Result<Enlistment, String> {
        let input = serde_json::json!({
            "IamRole": "bartizan-agent",
            "Description": "this machine, observed by the server itself",
            "RegistrationLimit": 1,
        });
        let answer = self.own("ssm:CreateActivation", &input).await?;
        let member = |name: &str| answer.get(name).and_then(serde_json::Value::as_str).map(ToOwned::to_owned);
        match (member("ActivationId"), member("ActivationCode")) {
            (Some(activation_id), Some(activation_code)) => Ok(Enlistment { activation_id, activation_code }),
            _ => Err("an activation has no code".to_owned()),
        }
    }

    /// What this machine's own sensor enrols with: the customer's id and the activation's.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn sensor_activation(&self) -> Result<(String, String), String> {
        let answer = self.own("csapi:GetActivationKey", &serde_json::json!({})).await?;
        let member = |name: &str| answer.get(name).and_then(serde_json::Value::as_str).map(ToOwned::to_owned);
        member("customerId").zip(member("activationId")).ok_or_else(|| "an activation key has no ids".to_owned())
    }

    /// Does an operation on the server's own behalf.
    async fn own(&self, action: &str, input: &serde_json::Value) -> Result<serde_json::Value, String> {
        let operation = self.rooms.table.by_action(action).ok_or_else(|| format!("{action} is not served"))?;
        let cx = self.surroundings.own(ROOT, "start");
        let reply = operation.invoke(cx, Json::from(input), Arc::clone(&self.rooms.authorizer)).await;
        let answer = reply.map_err(|refusal| match refusal {
            Refusal::Service(body) => body.message,
            Refusal::Serialization(text) | Refusal::Denied(text) => text,
            Refusal::Internal => "the store failed".to_owned(),
        })?;
        serde_json::from_str(&answer.body).map_err(|error| error.to_string())
    }

    /// Lets running requests finish, then stops.
    pub async fn stop(self) {
        self.surroundings.set_ready(false);
        self.chores.abort();
        self.expiries.abort();
        self.judging.abort();
        self.pause.end();
        let _already_gone = self.shutdown.send(());
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the server did not stop cleanly");
        }
        if let Some(protection) = self.protection {
            protection.stop().await;
        }
        self.devices.stop().await;
        self.alerts.stop().await;
        self.folder.remove_endpoint();
    }
}
