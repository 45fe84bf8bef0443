//! What an operator can set.

use std::net::SocketAddr;
use std::path::PathBuf;

use bartizan_device::room::settings::Settings;
use bartizan_mqtt::{BridgeSettings, Listeners};
use bartizan_wire::Realm;

/// The settings of one server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the API listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Everything that is kept lives in this folder.
    pub data: PathBuf,
    /// The account and region that are served.
    pub realm: Realm,
    /// The root access key from outside; otherwise one is made at the first start and kept in the data folder.
    pub root_key: Option<RootKey>,
    /// Where devices connect, and how they are judged.
    pub devices: DeviceConfig,
    /// Files, folders and archives of advisories that images are judged by; without any, packages are listed alone.
    pub feeds: Vec<PathBuf>,
    /// The application that the gateway stands before, if there is one.
    pub protection: Option<crate::protection::ProtectionConfig>,
}

/// What can be set about devices. By default they report over HTTPS alone.
#[derive(Debug, Clone, Default)]
pub struct DeviceConfig {
    /// Where devices connect over MQTT.
    pub listeners: Listeners,
    /// How they are judged.
    pub settings: Settings,
    /// Brokers that devices are connected to already.
    pub bridges: Vec<BridgeSettings>,
}

/// An access key.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RootKey {
    /// Such as `AKIA...`.
    pub access_key_id: String,
    /// Never logged.
    pub secret_access_key: String,
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootKey").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
