#![doc = include_str!("../README.md")]

mod answer;
mod atlas;
mod client_address;
mod forward;
mod gateway;
mod guard;
mod health;
mod heard;
pub mod hello;
mod listen;
mod metrics;
mod peer;
mod refuse;
mod samples;
mod second;
mod settings;
mod tls;
pub mod token;
mod traffic;
mod upgrade;
mod upstream;
mod watcher;
mod window;

pub use atlas::{AtlasError, MaxMindAtlas};
pub use gateway::{Gateway, GatewayError, Running};
pub use guard::{Active, Guard};
pub use settings::{Settings, WhenBlind};
pub use tls::{TlsError, TlsFiles};
pub use token::TokenKey;
pub use traffic::LiveTraffic;
pub use watcher::{Clock, Count, Seen, Watcher};
