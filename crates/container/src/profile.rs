//! Sensor profiles as they are kept, and the kind that they are.

pub mod builtin;
pub mod read;
pub mod window;

use bartizan_ledger::Key;
use bartizan_policy::Kind;
use bartizan_policy::kind::References;
use bartizan_wire::{Checked, Json, Path, Realm, Shape, Violations};
use serde::{Deserialize, Serialize};

use crate::engine::{Duty, Plan, ScanningPolicy, Source};
use crate::registry::Registries;
use window::InactiveWindow;

/// What kind of sensors a profile is for, as the vendor spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Shape, Serialize, Deserialize)]
pub enum ProfileType {
    /// Images and containers of a host.
    General,
    /// Images of registries.
    Registry,
    /// Images that a build marks.
    #[serde(rename = "CICD")]
    Cicd,
    /// A cluster's inventory.
    Cluster,
    /// Events of processes.
    #[serde(rename = "RUNTIME")]
    Runtime,
}

impl ProfileType {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::General, "General"),
        (Self::Registry, "Registry"),
        (Self::Cicd, "CICD"),
        (Self::Cluster, "Cluster"),
        (Self::Runtime, "RUNTIME"),
    ];

    /// The one that is spelled so, in any case.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| word.eq_ignore_ascii_case(name)).map(|(found, _)| found)
    }

    /// As the vendor spells it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    /// What its sensors do.
    #[must_use]
    pub const fn duty(self) -> Duty {
        match self {
            Self::General => Duty::General,
            Self::Registry => Duty::Registry,
            Self::Cicd => Duty::Build,
            Self::Cluster => Duty::Cluster,
            Self::Runtime => Duty::Runtime,
        }
    }
}

/// What is scanned, and how.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VulnerabilityManagement {
    /// Off: nothing is scanned.
    pub global_scanning_flag: bool,
    /// One of [`ScanningPolicy::WORDS`].
    pub scanning_policy: String,
    /// Hours between scans; 0 for none but by events.
    pub container_scanning_interval: i32,
    /// Names that match one of them are left out.
    pub image_exclusion_regex_list: Vec<String>,
}

/// What a sensor writes about itself.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PerformanceManagement {
    /// Older ones are removed; 0 is the sensor's default, 5.
    pub max_no_of_archived_log_files: i32,
    /// In MB; 0 is the sensor's default, 10.
    pub max_log_file_size: i32,
    /// One of [`read::LOG_LEVELS`].
    pub log_security_level: String,
}

/// What sensors do.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// When they start nothing.
    pub weekly_inactive_window_schedules: Vec<InactiveWindow>,
    /// What they scan.
    pub vulnerability_management: VulnerabilityManagement,
    /// What they write.
    pub performance_management: PerformanceManagement,
    /// `enable` or `disable`, of runtime profiles alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_sensor: Option<String>,
    /// Whose events are dropped, of runtime profiles alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_processes: Option<Vec<String>>,
}

/// A sensor profile. Its key is its id. Who changed it last and when is said by its entry: a commit is then exactly what was
/// previewed.
#[derive(Debug, Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SensorProfile {
    /// A UUID.
    pub profile_id: String,
    /// Unique.
    pub profile_name: String,
    /// Never changes.
    pub profile_type: ProfileType,
    /// What it is for.
    pub description: String,
    /// Who made it.
    pub created_by: String,
    /// When, in milliseconds since the epoch.
    pub created: i64,
    /// Kept and read back, and otherwise inert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Whether findings of images are shown on their containers.
    pub is_vuln_propagation: bool,
    /// Kept and read back, and otherwise inert.
    pub aws_fargate_vuln_propagation_config: Json,
    /// What its sensors do.
    pub config: Config,
    /// Registries that its sensors scan, of profiles of the type Registry alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub associated_registry_ids: Option<Vec<String>>,
}

/// The kind.
#[derive(Debug)]
pub struct SensorProfiles;

impl Kind for SensorProfiles {
    const NAME: &'static str = "container/sensor-profile";
    type Document = SensorProfile;
    type Plan = Plan;

    fn refers_to(document: &SensorProfile, realm: &Realm) -> Vec<Key> {
        let registry = |id: &String| Key { realm: realm.clone(), kind: Registries::NAME.to_owned(), name: id.clone() };
        document.associated_registry_ids.iter().flatten().map(registry).collect()
    }

    fn unique(document: &SensorProfile) -> Option<&str> {
        Some(&document.profile_name)
    }

    fn compile(document: &Checked<SensorProfile>, _references: &References) -> Result<Plan, Violations> {
        plan(document).map_err(|why| {
            let mut violations = Violations::new();
            violations.review(&Path::root(), why);
            violations
        })
    }
}

/// What a profile makes its sensors do; or why it means nothing.
///
/// # Errors
/// A window or a pattern of it cannot be used.
pub fn plan(profile: &SensorProfile) -> Result<Plan, String> {
    let registries = profile.associated_registry_ids.clone().unwrap_or_default();
    compile(profile.profile_type, &profile.config, registries, profile.is_vuln_propagation)
}

/// What a profile makes its sensors do, from what it says.
///
/// # Errors
/// See [`plan`].
pub fn compile(
    profile_type: ProfileType,
    config: &Config,
    registries: Vec<String>,
    propagates: bool,
) -> Result<Plan, String> {
    let Config { vulnerability_management: scanning, runtime_sensor, ignore_processes, .. } = config;
    let windows = config.weekly_inactive_window_schedules.iter().map(InactiveWindow::window);
    let source = Source {
        duty: profile_type.duty(),
        scans: scanning.global_scanning_flag,
        interval_hours: u32::try_from(scanning.container_scanning_interval).unwrap_or_default(),
        windows: windows.collect::<Result<_, _>>()?,
        exclusions: scanning.image_exclusion_regex_list.clone(),
        registries,
        policy: ScanningPolicy::of(&scanning.scanning_policy).unwrap_or_default(),
        propagates,
        sends_events: runtime_sensor.as_deref() != Some("disable"),
        ignored: ignore_processes.clone().unwrap_or_default(),
    };
    Plan::compile(&source).map_err(|error| error.to_string())
}
