//! What the engine is shown: one package of one host, with every version that could be considered. The versions come
//! ranked, so that the engine compares numbers and does not parse versions.

use bartizan_wire::Timestamp;

use crate::observe::Origin;

/// The circumstances that are the same for all packages of a host.
#[derive(Debug, Clone, Copy)]
pub struct HostView<'a> {
    /// As in PRODUCT filters, such as `Debian12`.
    pub product: &'a str,
    /// The instant of the evaluation, fixed once; used by date rules only.
    pub now: Timestamp,
}

/// One package: a name and an architecture, where `all` counts as the host's own architecture, as for apt.
#[derive(Debug, Clone, Copy)]
pub struct PackageView<'a> {
    /// Binary package name.
    pub name: &'a str,
    /// In ascending order of rank; the installed version is among them.
    pub versions: &'a [VersionView<'a>],
    /// Which of the versions is installed.
    pub installed: Option<usize>,
    /// What else is known of the installed package.
    pub marks: Marks,
}

/// What is known of an installed package beyond its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// On hold. Changes no state: the baseline wants what it wants. The trace says so.
    pub held: bool,
    /// Installed by a run that did not reboot, and not rebooted since.
    pub pending_reboot: bool,
    /// An install run tried this package and it is still older than what was approved.
    pub failed: bool,
}

/// One version of a package.
#[derive(Debug, Clone, Copy)]
pub struct VersionView<'a> {
    /// Its own architecture, `all` included.
    pub architecture: &'a str,
    /// Full version.
    pub version: &'a str,
    /// By dpkg's order; versions that dpkg finds equal have equal ranks.
    pub rank: u32,
    /// `Priority` of its stanza.
    pub priority: &'a str,
    /// `Section` of its stanza.
    pub section: &'a str,
    /// The indices that offer it; empty for a version that is only installed.
    pub origins: &'a [Origin],
    /// When an index was first seen to offer it.
    pub first_seen: Option<Timestamp>,
}
