//! What a sensor profile makes its sensors do.

use super::exclusion::{Exclusions, PatternError};
use super::ignore::IgnoreList;
use super::policy::ScanningPolicy;
use super::window::{Week, Window, WindowError};

/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// What kind of sensors a profile is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Images and containers of a host, when they appear and then by the interval.
    General,
    /// Images of registries, when a schedule says so.
    Registry,
    /// Images that a build marks.
    Build,
    /// A cluster's inventory; no images.
    Cluster,
    /// Events of processes; no images.
    Runtime,
}

/// What a profile says, before it is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its kind.
    pub duty: Duty,
    /// `globalScanningFlag`.
    pub scans: bool,
    /// Hours between scans; 0 for none but by events.
    pub interval_hours: u32,
    /// When nothing starts.
    pub windows: Vec<Window>,
    /// `imageExclusionRegexList`.
    pub exclusions: Vec<String>,
    /// `associatedRegistryIds`.
    pub registries: Vec<String>,
    /// `scanningPolicy`.
    pub policy: ScanningPolicy,
    /// `isVulnPropagation`.
    pub propagates: bool,
    /// `runtimeSensor`.
    pub sends_events: bool,
    /// `ignoreProcesses`.
    pub ignored: Vec<String>,
}

impl Source {
    /// What the vendor's defaults make of a profile that says nothing.
    #[must_use]
    pub const fn new(duty: Duty) -> Self {
        Self {
            duty,
            scans: true,
            interval_hours: 0,
            windows: Vec::new(),
            exclusions: Vec::new(),
            registries: Vec::new(),
            policy: ScanningPolicy::RunFirst,
            propagates: false,
            sends_events: true,
            ignored: Vec::new(),
        }
    }
}

/// Why a profile cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A window.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// A pattern.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

/// A compiled profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub(super) duty: Duty,
    pub(super) scans: bool,
    pub(super) interval_ms: Option<i64>,
    pub(super) week: Week,
    pub(super) exclusions: Exclusions,
    pub(super) registries: Vec<String>,
    pub(super) policy: ScanningPolicy,
    pub(super) propagates: bool,
    pub(super) sends_events: bool,
    pub(super) ignored: IgnoreList,
}

impl Plan {
    /// Compiles a profile.
    ///
    /// # Errors
    /// It has a window or a pattern that means nothing.
    pub fn compile(source: &Source) -> Result<Self, PlanError> {
        let mut registries = source.registries.clone();
        registries.sort_unstable();
        Ok(Self {
            duty: source.duty,
            scans: source.scans,
            interval_ms: (source.interval_hours > 0).then(|| i64::from(source.interval_hours) * HOUR_MS),
            week: Week::of(&source.windows)?,
            exclusions: Exclusions::new(&source.exclusions)?,
            registries,
            policy: source.policy,
            propagates: source.propagates,
            sends_events: source.sends_events,
            ignored: IgnoreList::new(&source.ignored),
        })
    }

    /// What kind of sensors it is for.
    #[must_use]
    pub const fn duty(&self) -> Duty {
        self.duty
    }

    /// The registries that its sensors scan, by id.
    #[must_use]
    pub fn registries(&self) -> &[String] {
        &self.registries
    }

    /// How its sensors scan images.
    #[must_use]
    pub const fn policy(&self) -> ScanningPolicy {
        self.policy
    }

    /// When its sensors start nothing.
    #[must_use]
    pub const fn week(&self) -> &Week {
        &self.week
    }

    /// What its sensors leave out.
    #[must_use]
    pub const fn exclusions(&self) -> &Exclusions {
        &self.exclusions
    }

    /// Whose events its sensors drop.
    #[must_use]
    pub const fn ignored(&self) -> &IgnoreList {
        &self.ignored
    }
}
