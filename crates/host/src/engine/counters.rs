//! The counters of one host, as in `DescribeInstancePatchStates`.

use serde::Serialize;

use super::source::Level;
use super::state::State;

/// How many packages of a host are in which state, and what that makes of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counters {
    /// `InstalledCount`.
    pub installed: u32,
    /// `InstalledOtherCount`.
    pub installed_other: u32,
    /// `InstalledRejectedCount`.
    pub installed_rejected: u32,
    /// `InstalledPendingRebootCount`.
    pub installed_pending_reboot: u32,
    /// `MissingCount`.
    pub missing: u32,
    /// `FailedCount`.
    pub failed: u32,
    /// `NotApplicableCount`: approved packages that are not installed. They are counted and never listed.
    pub not_applicable: u32,
    /// `CriticalNonCompliantCount`: non-compliant packages of level `CRITICAL`.
    pub critical_non_compliant: u32,
    /// `SecurityNonCompliantCount`: non-compliant packages whose reported version is a security update.
    pub security_non_compliant: u32,
    /// `OtherNonCompliantCount`: non-compliant packages that are neither.
    pub other_non_compliant: u32,
    /// Installed packages that could not be judged.
    pub unknown: u32,
    /// The highest level of all non-compliant packages, at least `INFORMATIONAL`; `None` if the host is compliant.
    pub severity: Option<Level>,
}

impl Counters {
    /// `UnreportedNotApplicableCount`: names beyond what a report may list. No names of such packages are listed for
    /// apt families, so that none is beyond.
    pub const UNREPORTED_NOT_APPLICABLE: u32 = 0;

    /// No package is missing, failed, rejected or waiting for a reboot.
    #[must_use]
    pub fn is_compliant(&self) -> bool {
        self.severity.is_none()
    }

    /// How many packages are in a state.
    #[must_use]
    pub fn of(&self, state: State) -> u32 {
        match state {
            State::Installed => self.installed,
            State::InstalledOther => self.installed_other,
            State::InstalledRejected => self.installed_rejected,
            State::InstalledPendingReboot => self.installed_pending_reboot,
            State::Missing => self.missing,
            State::Failed => self.failed,
            State::NotApplicable => self.not_applicable,
        }
    }

    /// Packages in states that make a host non-compliant.
    #[must_use]
    pub fn non_compliant(&self) -> u32 {
        self.missing + self.failed + self.installed_rejected + self.installed_pending_reboot
    }
}
