//! What sensors report: the host that they are on, its images and containers, and what is in an image. A sensor fills these,
//! the server keeps them and judges by them. Nothing here reads a file or a clock.

use bartizan_image::inventory::Inventory;
use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// Images that one sensor may report.
pub const IMAGES_MAX: usize = 100_000;
/// Containers that one sensor may report.
pub const CONTAINERS_MAX: usize = 50_000;
/// Names of one image that are kept.
pub const NAMES_MAX: usize = 256;
/// Packages of one image that are kept.
pub const PACKAGES_MAX: usize = 200_000;

/// The host of a sensor, and the sensor itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The node's name.
    pub hostname: String,
    /// `PRETTY_NAME` of os-release.
    pub os: String,
    /// `linux/amd64`.
    pub platform: String,
    /// An address by which it can be told from others; may be empty.
    pub ip_address: String,
    /// The sensor's version.
    pub version: String,
    /// Whether it runs as root.
    pub privileged: bool,
}

/// What a sensor does about its profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obeyed {
    /// The profile.
    pub profile_id: String,
    /// Its revision.
    pub revision: u64,
    /// Since when the sensor goes by it.
    pub since: Timestamp,
    /// Whether it is inside an inactive window.
    pub inactive: bool,
    /// Images that wait to be scanned.
    pub waiting: u64,
}

/// Why an image is not scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// In words that go on from "not scanned".
    pub why: String,
    /// The pattern that leaves it out, if one does.
    pub pattern: Option<String>,
}

/// A layer, as the image tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Of the uncompressed bytes, if it is known: 64 hexadecimal digits.
    pub sha: String,
    /// Stored bytes; 0 if nothing says.
    pub size: u64,
    /// The command that made it.
    pub created_by: String,
}

/// An image that a sensor found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundImage {
    /// The digest of its configuration, 64 hexadecimal digits.
    pub sha: String,
    /// All that it is called, with tags or digests: `registry.example/library/nginx:1.27`.
    pub names: Vec<String>,
    /// When it was made, as it says itself.
    pub made: Option<Timestamp>,
    /// When this sensor saw it first.
    pub seen: Timestamp,
    /// When this sensor scanned it last.
    pub scanned: Option<Timestamp>,
    /// What it runs on: `linux/amd64`.
    pub platform: String,
    /// Stored bytes of its layers; 0 if nothing says.
    pub size: u64,
    /// From the bottom to the top.
    pub layers: Vec<Layer>,
    /// The registries that it was found in, by id.
    pub registries: Vec<String>,
    /// Why it is not scanned under the profile, if it is not.
    pub skipped: Option<Skipped>,
    /// Why the last scan failed, if it did.
    pub failed: Option<String>,
}

/// A container that a sensor found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundContainer {
    /// Its id, 64 hexadecimal digits.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The digest of its image's configuration, if the engine tells it.
    pub image_sha: Option<String>,
    /// What it was started from.
    pub image_name: Option<String>,
    /// `RUNNING`, `STOPPED`, `PAUSED`, `CREATED` or `UNKNOWN`.
    pub state: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The command that it runs.
    pub command: String,
}

/// All that a sensor knows of its host: the latest report replaces the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostReport {
    /// The host.
    pub facts: Facts,
    /// Its images.
    pub images: Vec<FoundImage>,
    /// Its containers.
    pub containers: Vec<FoundContainer>,
    /// What could not be looked into, in words.
    pub missed: Vec<String>,
}

/// How an image was scanned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ScanType {
    /// From its layers.
    #[default]
    Static,
    /// By a command that ran in it.
    Dynamic,
}

/// What a scan found in one image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanReport {
    /// The digest of the image's configuration, 64 hexadecimal digits.
    pub sha: String,
    /// When the scan began.
    pub at: Timestamp,
    /// How it was scanned.
    pub scan_type: ScanType,
    /// Why not in the way that the profile asks for first, if it was another one.
    pub fallback: Option<String>,
    /// What is in it.
    pub inventory: Inventory,
}
