//! What is observed of a host: its facts, its installed packages and the package indices it would install from.
//! The agent fills these; the engine reads them. Nothing here reads a file or a clock.

use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// One observation of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The managed node: `mi-` and 17 hexadecimal digits.
    pub instance: String,
    /// When the package database was read.
    pub captured_at: Timestamp,
    /// What the host is.
    pub facts: Facts,
    /// Every installed package, by name and architecture.
    pub installed: Vec<Installed>,
    /// The package indices that the host's own package manager holds.
    pub indices: Vec<IndexReference>,
    /// When the newest of the indices was fetched; `None` without indices.
    pub refreshed_at: Option<Timestamp>,
    /// What could not be read, in words: the preview and the summary say so.
    pub blind: Vec<String>,
}

/// What a host is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Facts {
    /// `ID` of os-release: `debian`, `ubuntu`.
    pub os_id: String,
    /// `VERSION_ID` of os-release: `12`, `22.04`.
    pub os_version: String,
    /// `VERSION_CODENAME` of os-release.
    pub codename: String,
    /// `PRETTY_NAME` of os-release.
    pub pretty_name: String,
    /// The package manager's own architecture: `amd64`.
    pub architecture: String,
    /// The node's name.
    pub hostname: String,
    /// An address by which it can be told from others.
    pub ip_address: String,
    /// The running kernel's release.
    pub kernel: String,
    /// The reporting program's version.
    pub agent_version: String,
    /// When it was booted.
    pub booted_at: Option<Timestamp>,
}

/// One installed package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// Binary package name.
    pub name: String,
    /// Its own architecture, `all` included.
    pub architecture: String,
    /// Full version with epoch and revision.
    pub version: String,
    /// `Priority` in the package database.
    pub priority: String,
    /// `Section` in the package database.
    pub section: String,
    /// Virtual packages that it provides, as in the `Provides` field; empty without.
    pub provides: String,
    /// On hold: the package manager leaves it alone.
    pub held: bool,
    /// Modification time of its file list, which is when it was last installed or upgraded.
    pub installed_at: Option<Timestamp>,
}

/// One index that a host holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndexReference {
    /// SHA-256 of the index's content as the agent encodes it (see `Index`), lower-case hexadecimal.
    pub digest: String,
    /// Where it came from.
    pub origin: Origin,
}

/// Where an index comes from: the fields of its (In)Release file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub struct Origin {
    /// `Suite`, which apt calls the archive: `oldstable-security`.
    pub archive: String,
    /// `Codename`.
    pub codename: String,
    /// `Label`.
    pub label: String,
    /// `Origin`.
    pub origin: String,
    /// Host part of the address it was fetched from.
    pub site: String,
    /// `main`, `updates/main` shortened to what the sources list says.
    pub component: String,
    /// Of the index.
    pub architecture: String,
    /// The Release file was signed and the signature held when apt fetched it.
    pub trusted: bool,
    /// `Date` of the Release file.
    pub date: Option<Timestamp>,
    /// `Valid-Until` of the Release file.
    pub valid_until: Option<Timestamp>,
    /// `NotAutomatic`: apt prefers an installed version to any from here (priority 1), as with experimental and backports.
    #[serde(default)]
    pub not_automatic: bool,
    /// `ButAutomaticUpgrades`: as above, but what was installed from here is upgraded from here (priority 100).
    #[serde(default)]
    pub but_automatic_upgrades: bool,
}

/// The content of one package index, as sent once for each digest and shared by all hosts that hold it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// In the order of the file.
    pub packages: Vec<Available>,
}

/// One version that an index offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Available {
    /// Binary package name.
    pub name: String,
    /// `amd64`, `all`.
    pub architecture: String,
    /// Full version.
    pub version: String,
    /// `Priority`.
    pub priority: String,
    /// `Section`.
    pub section: String,
    /// `Source`, if it differs from the name.
    pub source: String,
    /// `Pre-Depends` and `Depends`, joined with a comma.
    pub depends: String,
    /// `Provides`.
    pub provides: String,
}
