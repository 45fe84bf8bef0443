//! The default profile of each type: what sensors follow that no other profile has. It can be changed, and not be deleted.

use super::read::{DEFAULT_INTERVAL, DEFAULT_LEVEL, DEFAULT_POLICY};
use super::{Config, PerformanceManagement, ProfileType, SensorProfile, VulnerabilityManagement};
use bartizan_wire::Json;

/// What the ids of default profiles begin with; the digit that follows is the type's place.
const ID_PREFIX: &str = "00000000-0000-4000-8000-00000000000";

/// The id of the one of a type.
#[must_use]
pub fn id(profile_type: ProfileType) -> String {
    let place = ProfileType::ALL.into_iter().position(|(known, _)| known == profile_type).unwrap_or_default();
    format!("{ID_PREFIX}{}", place + 1)
}

/// All of them, as they are before somebody changes them.
#[must_use]
pub fn all() -> Vec<SensorProfile> {
    ProfileType::ALL.into_iter().map(|(profile_type, name)| of(id(profile_type), profile_type, name)).collect()
}

/// The one with this id.
#[must_use]
pub fn find(id: &str) -> Option<SensorProfile> {
    all().into_iter().find(|profile| profile.profile_id == id)
}

/// What is said where nothing is said.
#[must_use]
pub fn config(profile_type: ProfileType) -> Config {
    let runs = profile_type == ProfileType::Runtime;
    Config {
        weekly_inactive_window_schedules: Vec::new(),
        vulnerability_management: VulnerabilityManagement {
            global_scanning_flag: true,
            scanning_policy: DEFAULT_POLICY.to_owned(),
            container_scanning_interval: DEFAULT_INTERVAL,
            image_exclusion_regex_list: Vec::new(),
        },
        performance_management: PerformanceManagement {
            max_no_of_archived_log_files: 0,
            max_log_file_size: 0,
            log_security_level: DEFAULT_LEVEL.to_owned(),
        },
        runtime_sensor: runs.then(|| "enable".to_owned()),
        ignore_processes: runs.then(Vec::new),
    }
}

fn of(profile_id: String, profile_type: ProfileType, name: &str) -> SensorProfile {
    SensorProfile {
        profile_id,
        profile_name: format!("Default {name} Sensor Profile"),
        profile_type,
        description: String::new(),
        created_by: "bartizan".to_owned(),
        created: 0,
        filter: None,
        is_vuln_propagation: false,
        aws_fargate_vuln_propagation_config: Json::Object(Vec::new()),
        config: config(profile_type),
        associated_registry_ids: None,
    }
}
