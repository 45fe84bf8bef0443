//! The part of Bartizan that runs on a host: it reads which packages are installed and which ones the host's package
//! manager could install, and reports both, signed with a key of its own.
//!
//! It changes nothing on the host and asks the network for nothing but the server. See the README for the folder that it
//! keeps and the requests that it makes.

pub mod agent;
pub mod caller;
pub mod client;
pub mod clock;
pub mod collect;
pub mod credential;
pub mod device;
pub mod durable;
pub mod folder;
pub mod spool;

pub use agent::{Agent, AgentError, Delivered, Pace};
pub use client::{Client, Endpoint};
pub use credential::Credential;
pub use folder::Folder;
