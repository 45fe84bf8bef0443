//! Bodies as the API's description has them. They are read with more patience than this says: numbers and flags may be texts, lists
//! one text with commas between (see [`profile::read`](crate::profile::read) and [`registry::read`](crate::registry::read)).

use bartizan_wire::{Json, Shape};

use crate::registry::ScheduleFilter;

/// An inactive window.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "InactiveWindowBody")]
pub struct WindowBody {
    /// Days such as `SUNDAY`.
    pub repeat_on_days: Vec<String>,
    /// The whole day.
    pub all_day_toggle: Option<bool>,
    /// `HH:MM`, UTC.
    pub start_time: Option<String>,
    /// `HH:MM`, UTC.
    pub end_time: Option<String>,
}

/// What is scanned, and how.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "VulnerabilityManagementBody")]
pub struct ScanningBody {
    /// Off: nothing is scanned.
    pub global_scanning_flag: Option<bool>,
    /// Such as `StaticScanningOnly`.
    pub scanning_policy: Option<String>,
    /// 0, 12, 24 or 48 hours.
    pub container_scanning_interval: Option<i32>,
    /// Names that match one of them are left out.
    pub image_exclusion_regex_list: Option<Vec<String>>,
}

/// What a sensor writes about itself.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "PerformanceManagementBody")]
pub struct LoggingBody {
    /// 0 is the sensor's default.
    pub max_no_of_archived_log_files: Option<i32>,
    /// In MB; 0 is the sensor's default.
    pub max_log_file_size: Option<i32>,
    /// Such as `INFORMATION`.
    pub log_security_level: Option<String>,
}

/// What sensors do.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ConfigBody")]
pub struct ConfigBody {
    /// When they start nothing.
    pub weekly_inactive_window_schedules: Option<Vec<WindowBody>>,
    /// What they scan.
    pub vulnerability_management: Option<ScanningBody>,
    /// What they write.
    pub performance_management: Option<LoggingBody>,
    /// `enable` or `disable`, of RUNTIME profiles alone.
    pub runtime_sensor: Option<String>,
    /// Whose events are dropped, of RUNTIME profiles alone.
    pub ignore_processes: Option<Vec<String>>,
}

/// A sensor profile.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "SensorProfileBody")]
pub struct ProfileBody {
    /// Unique.
    pub profile_name: String,
    /// General, Registry, CICD, Cluster or RUNTIME; General if absent.
    pub profile_type: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Kept and read back.
    pub filter: Option<String>,
    /// Whether findings of images are shown on their containers.
    pub is_vuln_propagation: Option<bool>,
    /// Kept and read back.
    pub aws_fargate_vuln_propagation_config: Option<Json>,
    /// Sensors that follow it.
    pub associated_sensor_ids: Option<Vec<String>>,
    /// Registries that its sensors scan, of Registry profiles alone.
    pub associated_registry_ids: Option<Vec<String>>,
    /// What its sensors do.
    pub config: Option<ConfigBody>,
}

/// Name and password.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RegistryCredentialBody")]
pub struct CredentialBody {
    /// The name.
    pub username: String,
    /// Not read back; an update without it keeps it.
    pub password: Option<String>,
}

/// A registry.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RegistryBody")]
pub struct RegistryBody {
    /// Such as `https://registry.example`.
    pub registry_uri: String,
    /// What people call it.
    pub registry_name: Option<String>,
    /// Such as `V2_PRIVATE`, which it is if absent.
    pub registry_type: Option<String>,
    /// `None` or `BasicAuth`.
    pub credential_type: Option<String>,
    /// For `BasicAuth`.
    pub credential: Option<CredentialBody>,
}

/// A schedule of a registry.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RegistryScheduleBody")]
pub struct ScheduleBody {
    /// What people call it.
    pub name: Option<String>,
    /// Once, now; it is if absent.
    pub on_demand: Option<bool>,
    /// `HH:MM`, UTC.
    pub schedule: Option<String>,
    /// Days between runs, 1 to 365.
    pub schedule_scan_interval_in_days: Option<i32>,
    /// Such as `MONDAY`, with seven days between runs alone.
    pub week_day: Option<String>,
    /// Also what was scanned already.
    pub force_scan: Option<bool>,
    /// What is taken.
    pub filters: Option<Vec<ScheduleFilter>>,
}

/// What is deleted.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "FilterBody")]
pub struct FilterBody {
    /// In the vendor's query language.
    pub filter: Option<String>,
}
