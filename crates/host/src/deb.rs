//! Debian packaging: version order, control files, the package database, Release files and package indices.
//!
//! Bytes in, values out: nothing here opens a file. What cannot be read is reported, never dropped.

pub mod control;
pub mod packages;
pub mod relation;
pub mod release;
pub mod status;
pub mod version;

pub use version::{Version, VersionError, VersionKey};
