//! The MQTT endpoint for devices: MQTT 3.1.1 and 5 over TCP and TLS, with all decisions left to a [`Host`].

pub mod limits;

mod bridge;
mod connection;
mod endpoint;
mod host;
mod listeners;
mod message;
mod pipe;
mod publishing;
mod routes;
mod session;
mod sessions;
mod tls;
mod topic;

pub use bridge::{
    BRIDGE_CLIENT_ID, BRIDGE_WAITING_MAX, BadBroker, Bridge, BridgeHandle, BridgeSettings, Broker, REPORTS_FILTER,
};
pub use endpoint::Endpoint;
pub use host::{Action, Ended, Event, Guest, Hello, Host, Published, Refused, Unavailable};
pub use limits::Limits;
pub use listeners::{Bound, ListenError, Listeners};
pub use message::{Message, Payload, Qos};
pub use tls::{Authority, Identity, Issued, ServerFiles, Tls, TlsError};
pub use topic::covers;
