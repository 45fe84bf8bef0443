//! Registries: OCI distribution, asked for repositories, tags, manifests and layers.

mod challenge;
mod client;
mod listing;
mod store;

pub use client::{Registry, RegistryError};
pub use listing::{Listed, Listing, list};
pub use store::Remote;
