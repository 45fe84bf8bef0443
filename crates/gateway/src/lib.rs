#![doc = include_str!("../README.md")]

mod answer;
mod atlas;
mod client_address;
mod forward;
mod gateway;
mod guard;
mod listen;
mod refuse;
mod samples;
mod settings;
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
pub use token::TokenKey;
pub use traffic::LiveTraffic;
pub use watcher::{Clock, Seen, Watcher};
