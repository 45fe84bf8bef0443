//! Registries, their repositories and schedules as the vendor lists them.

use bartizan_wire::{Json, Shape};
use serde::Serialize;

use super::text;
use crate::registry::{Job, Registry, Schedule, ScheduleFilter};

/// What a write answers.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RegistryWritten")]
pub struct RegistryWritten {
    /// A UUID.
    pub registry_uuid: String,
}

/// What a write answers.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ScheduleWritten")]
pub struct ScheduleWritten {
    /// A UUID.
    pub schedule_id: String,
}

/// Who logs in; a password is not read back.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RegistryCredential")]
pub struct RegistryCredential {
    /// The name.
    pub username: String,
}

/// A registry [container security API, registries].
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Registry")]
pub struct RegistryRecord {
    /// A UUID.
    pub registry_uuid: String,
    /// Such as `https://registry.example`.
    pub registry_uri: String,
    /// What people call it.
    pub registry_name: String,
    /// Such as `V2_PRIVATE`.
    pub registry_type: String,
    /// The same.
    pub provider_type: String,
    /// `None` or `BasicAuth`.
    pub credential_type: String,
    /// Who logs in.
    pub credential: Option<RegistryCredential>,
    /// When it was made.
    pub created: String,
    /// When it was changed last.
    pub updated: String,
    /// When a run of one of its schedules ended last.
    pub last_scanned: Option<String>,
    /// Repositories with images that sensors found.
    pub repo_count: i64,
    /// Images that sensors found.
    pub total_images: i64,
    /// Those that were scanned.
    pub total_scanned_images: i64,
    /// Those with findings.
    pub total_vulnerable_images: i64,
    /// How many schedules are in each state.
    pub schedule_status_list: Json,
}

impl RegistryRecord {
    /// A registry without what is found in it.
    #[must_use]
    pub fn of(registry: &Registry, updated: i64) -> Self {
        Self {
            registry_uuid: registry.registry_uuid.clone(),
            registry_uri: registry.registry_uri.clone(),
            registry_name: registry.registry_name.clone(),
            registry_type: registry.registry_type.clone(),
            provider_type: registry.registry_type.clone(),
            credential_type: registry.credential_type.clone(),
            credential: registry.username.clone().map(|username| RegistryCredential { username }),
            created: registry.created.to_string(),
            updated: updated.to_string(),
            last_scanned: None,
            repo_count: 0,
            total_images: 0,
            total_scanned_images: 0,
            total_vulnerable_images: 0,
            schedule_status_list: Json::Object(Vec::new()),
        }
    }
}

/// A repository [container security API, repositories].
#[derive(Debug, Clone, Default, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Repository")]
pub struct RepositoryRecord {
    /// Such as `library/nginx`.
    pub repo_name: String,
    /// Images that sensors found.
    pub total_images: i64,
    /// Those that were scanned.
    pub total_scanned_images: i64,
    /// Those with findings.
    pub total_vulnerable_images: i64,
}

/// What went wrong in a run.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ScheduleError")]
pub struct ScheduleError {
    /// `SENSOR_ERROR`
    pub error_code: String,
    /// In words.
    pub error_message: String,
    /// None.
    pub context_params: Json,
}

/// A schedule and its latest run [container security API, registry schedules].
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RegistrySchedule")]
pub struct ScheduleRecord {
    /// A UUID.
    pub schedule_uuid: String,
    /// What people call it.
    pub name: String,
    /// Once, when it was made.
    pub on_demand: bool,
    /// `HH:MM`, UTC.
    pub schedule: Option<String>,
    /// Days between runs.
    pub schedule_scan_interval_in_days: i32,
    /// Such as `MONDAY`.
    pub week_day: Option<String>,
    /// Also what was scanned already.
    pub force_scan: bool,
    /// `Created`, `Queued`, `Running`, `Finished`, `Failed` or `Canceled`.
    pub status: String,
    /// What is taken.
    pub filters: Vec<ScheduleFilter>,
    /// What went wrong in the latest run.
    pub errors: Vec<ScheduleError>,
    /// When it was made.
    pub created: String,
    /// When it was changed last.
    pub updated: String,
    /// When the latest run began.
    pub job_start_date: Option<String>,
    /// The same: a run begins with listing.
    pub job_listing_start_date: Option<String>,
    /// When all was listed.
    pub job_listing_completion_date: Option<String>,
    /// The same: scanning follows at once.
    pub job_scanning_start_date: Option<String>,
    /// When all was scanned.
    pub job_scanning_completion_date: Option<String>,
    /// The same.
    pub job_completion_date: Option<String>,
    /// Images that the latest run listed. Beside what the vendor answers.
    pub images: i64,
    /// Images that the latest run scanned. Beside what the vendor answers.
    pub scanned: i64,
}

impl ScheduleRecord {
    /// A schedule and what a sensor last said of it.
    #[must_use]
    pub fn of(schedule: Schedule, updated: i64, job: Option<Job>) -> Self {
        let job = job.filter(|job| job.run.0 >= schedule.created).unwrap_or_default();
        let status = match job.status.as_str() {
            "" => "Created",
            status => status,
        };
        let status = if schedule.canceled && !matches!(status, "Finished" | "Failed") { "Canceled" } else { status };
        let wide = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let error = |text: &String| ScheduleError {
            error_code: "SENSOR_ERROR".to_owned(),
            error_message: text.clone(),
            context_params: Json::Object(Vec::new()),
        };
        Self {
            status: status.to_owned(),
            schedule_uuid: schedule.schedule_uuid,
            name: schedule.name,
            on_demand: schedule.on_demand,
            schedule: schedule.schedule,
            schedule_scan_interval_in_days: schedule.schedule_scan_interval_in_days,
            week_day: schedule.week_day,
            force_scan: schedule.force_scan,
            filters: schedule.filters,
            errors: job.errors.iter().map(error).collect(),
            created: schedule.created.to_string(),
            updated: updated.to_string(),
            job_start_date: job.started.map(text),
            job_listing_start_date: job.started.map(text),
            job_listing_completion_date: job.listed.map(text),
            job_scanning_start_date: job.listed.map(text),
            job_scanning_completion_date: job.completed.map(text),
            job_completion_date: job.completed.map(text),
            images: wide(job.images),
            scanned: wide(job.scanned),
        }
    }

    /// Whether no run is under way or still to come.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.status == "Canceled" || self.on_demand && matches!(self.status.as_str(), "Finished" | "Failed")
    }
}
