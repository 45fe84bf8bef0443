//! Wiring: the only crate that knows all others, and one of the two that read the wall clock (R4).

mod alerts;
mod chores;
mod clock;
pub mod config;
pub mod data_folder;
pub mod devices;
mod door;
mod feeds;
mod get_statistics;
mod mint;
mod pause;
pub mod protection;
mod rooms;
mod running;
mod stores;
mod surroundings;
mod vendors;

use std::sync::{Arc, Weak};

use bartizan_device::endpoint::Endpoint;
use bartizan_device::room::DeviceRoom;

pub use alerts::AlertsError;
pub use bartizan_courier::Trust;
pub use bartizan_device::room::settings::Settings;
pub use bartizan_mqtt::{BridgeSettings, Broker, Listeners};
pub use bartizan_protocol::limits::Limit;
pub use bartizan_web::engine::Network;
pub use config::{Config, DeviceConfig, RootKey};
pub use data_folder::FolderError;
pub use devices::Doors;
pub use protection::{LogWebhook, ProtectionConfig};
pub use running::{Enlistment, Server, StartError};
pub use vendors::VendorsError;

/// Every limit that a client can meet, for `bartizan limits`.
#[must_use]
pub fn limits() -> Vec<Limit> {
    let devices = bartizan_mqtt::limits::ALL.iter();
    let devices = devices.map(|&(name, value, unit, why)| Limit { name, value, unit, why });
    bartizan_protocol::limits::ALL.iter().copied().chain(devices).collect()
}

/// The schema of every operation as JSON, for `bartizan schema`.
///
/// # Errors
/// If two operations have one address, which is a defect.
pub fn schema() -> Result<serde_json::Value, bartizan_operation::BoundTwice> {
    let rooms = rooms::Rooms::build(
        Arc::new(door::Door::new()),
        DeviceRoom::default(),
        Endpoint::default(),
        Weak::new(),
        Arc::new(bartizan_web::traffic::NoTraffic),
        Arc::default(),
        None,
    )?;
    Ok(bartizan_operation::describe::table(&rooms.table))
}
