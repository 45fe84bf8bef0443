//! A profile as clients send it: members under two names, numbers as texts, lists as one text. Everything that is wrong is
//! named at once.

use bartizan_wire::Json;
use serde_json::Value;

use crate::engine::{Exclusions, PATTERNS_MAX, ScanningPolicy, Week};

use super::window::InactiveWindow;
use super::{Config, ProfileType, builtin};
use crate::loose::{bounded, flag, list, number, text, word};

/// Longest name, in characters.
pub const NAME_CHARACTERS_MAX: usize = 255;
/// Longest description or filter, in characters.
pub const TEXT_CHARACTERS_MAX: usize = 2048;
/// Most inactive windows of one profile.
pub const WINDOWS_MAX: usize = 100;
/// Largest `awsFargateVulnPropagationConfig`, in bytes of JSON.
pub const FARGATE_BYTES_MAX: usize = 8 * 1024;
/// Most log files that are kept, and the largest size of one in MB.
pub const LOG_FILES_MAX: i64 = 100;
/// Largest log file, in MB.
pub const LOG_MEGABYTES_MAX: i64 = 1024;
/// Hours between scans.
pub const INTERVALS: [i64; 4] = [0, 12, 24, 48];
/// What is written to the log, from the least to the most; the last three are what runtime sensors call some of them.
pub const LOG_LEVELS: [&str; 9] =
    ["FATAL", "ERROR", "WARNING", "INFORMATION", "VERBOSE", "TRACE", "WARN", "INFO", "DEBUG"];
pub(super) const DEFAULT_POLICY: &str = "DynamicWithStaticScanningAsFallback";
pub(super) const DEFAULT_INTERVAL: i32 = 48;
pub(super) const DEFAULT_LEVEL: &str = "INFORMATION";

/// What a client says.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// `profileName`.
    pub name: String,
    /// `profileType`, if it is said.
    pub profile_type: Option<ProfileType>,
    /// `description`.
    pub description: String,
    /// `filter`.
    pub filter: Option<String>,
    /// `isVulnPropagation`, if it is said.
    pub propagation: Option<bool>,
    /// `awsFargateVulnPropagationConfig`.
    pub fargate: Json,
    /// `associatedSensorIds`.
    pub sensors: Vec<String>,
    /// `associatedRegistryIds`.
    pub registries: Vec<String>,
    /// `config`.
    pub config: Config,
}

/// Reads a body. `propagation` is what the query says of `isVulnPropagation`; the body's wins. `prior` is the type of the profile that is replaced, if one is.
///
/// # Errors
/// All that is wrong with it.
pub fn read(body: &Value, propagation: Option<&str>, prior: Option<ProfileType>) -> Result<Wanted, Vec<String>> {
    if !body.is_object() {
        return Err(vec!["the body must be a JSON object".to_owned()]);
    }
    let mut wrong = Vec::new();
    let said = match body.get("profileType") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let found = value.as_str().and_then(ProfileType::named);
            if found.is_none() {
                wrong.push("profileType must be one of General, Registry, CICD, Cluster, RUNTIME".to_owned());
            }
            found
        }
    };
    if let (Some(prior), Some(said)) = (prior, said)
        && prior != said
    {
        wrong.push("profileType of a profile cannot be changed: create another profile".to_owned());
    }
    let profile_type = prior.or(said).unwrap_or(ProfileType::General);
    let name = text(body, "profileName", NAME_CHARACTERS_MAX, &mut wrong).map(|name| name.trim().to_owned());
    let name = name.filter(|name| !name.is_empty());
    if name.is_none() {
        wrong.push("profileName must be given".to_owned());
    }
    let registries = list(body, "associatedRegistryIds", &mut wrong);
    if !registries.is_empty() && profile_type != ProfileType::Registry {
        wrong.push("associatedRegistryIds are for profiles of the type Registry alone".to_owned());
    }
    let fargate = body.get("awsFargateVulnPropagationConfig").filter(|value| !value.is_null());
    if fargate.is_some_and(|value| !value.is_object() || value.to_string().len() > FARGATE_BYTES_MAX) {
        wrong.push(format!("awsFargateVulnPropagationConfig must be an object of at most {FARGATE_BYTES_MAX} bytes"));
    }
    let wanted = Wanted {
        name: name.unwrap_or_default(),
        profile_type: said,
        description: text(body, "description", TEXT_CHARACTERS_MAX, &mut wrong).unwrap_or_default(),
        filter: text(body, "filter", TEXT_CHARACTERS_MAX, &mut wrong),
        propagation: flag(body, "isVulnPropagation", &mut wrong).or_else(|| {
            let said = propagation.map(|word| serde_json::json!({ "isVulnPropagation": word }))?;
            flag(&said, "isVulnPropagation", &mut wrong)
        }),
        fargate: fargate.map_or_else(|| Json::Object(Vec::new()), Json::from),
        sensors: list(body, "associatedSensorIds", &mut wrong),
        registries,
        config: config(body, profile_type, &mut wrong),
    };
    unusable(&wanted.config, &mut wrong);
    if wrong.is_empty() { Ok(wanted) } else { Err(wrong) }
}

fn config(body: &Value, profile_type: ProfileType, wrong: &mut Vec<String>) -> Config {
    let mut made = builtin::config(profile_type);
    let config = body.get("config").unwrap_or(&Value::Null);
    if !config.is_null() && !config.is_object() {
        wrong.push("config must be an object".to_owned());
    }
    made.weekly_inactive_window_schedules = windows(config, wrong);
    let scanning = config.get("vulnerabilityManagement").unwrap_or(&Value::Null);
    let target = &mut made.vulnerability_management;
    // One of the vendor's samples has the flag beside the object that it belongs in.
    let beside = flag(config, "globalScanningFlag", wrong);
    if let Some(on) = flag(scanning, "globalScanningFlag", wrong).or(beside) {
        target.global_scanning_flag = on;
    }
    if let Some(hours) = number(scanning, "containerScanningInterval", wrong) {
        match i32::try_from(hours) {
            Ok(known) if INTERVALS.contains(&hours) => target.container_scanning_interval = known,
            _ => wrong.push("containerScanningInterval must be 0, 12, 24 or 48 hours".to_owned()),
        }
    }
    if let Some(policy) = word(scanning, "scanningPolicy", &ScanningPolicy::WORDS, wrong) {
        target.scanning_policy = policy;
    }
    target.image_exclusion_regex_list = list(scanning, "imageExclusionRegexList", wrong);
    let logging = config.get("performanceManagement").unwrap_or(&Value::Null);
    let target = &mut made.performance_management;
    if let Some(level) = word(logging, "logSecurityLevel", &LOG_LEVELS, wrong) {
        target.log_security_level = level;
    }
    let files = bounded(logging, "maxNoOfArchivedLogFiles", LOG_FILES_MAX, wrong);
    target.max_no_of_archived_log_files = files.unwrap_or_default();
    target.max_log_file_size = bounded(logging, "maxLogFileSize", LOG_MEGABYTES_MAX, wrong).unwrap_or_default();
    let runtime =
        [config, body].into_iter().find_map(|place| place.get("runtimeSensor").filter(|value| !value.is_null()));
    let ignored = list(config, "ignoreProcesses", wrong);
    if profile_type == ProfileType::Runtime {
        made.ignore_processes = Some(ignored);
        match runtime {
            None => {}
            Some(Value::Bool(on)) => made.runtime_sensor = Some(if *on { "enable" } else { "disable" }.to_owned()),
            Some(Value::String(word))
                if word.eq_ignore_ascii_case("enable") || word.eq_ignore_ascii_case("disable") =>
            {
                made.runtime_sensor = Some(word.to_ascii_lowercase());
            }
            Some(_) => wrong.push("runtimeSensor must be enable or disable".to_owned()),
        }
    } else if runtime.is_some() || !ignored.is_empty() {
        wrong.push("runtimeSensor and ignoreProcesses are for profiles of the type RUNTIME alone".to_owned());
    }
    made
}

/// Names the patterns and windows that the engine cannot use.
fn unusable(config: &Config, wrong: &mut Vec<String>) {
    let patterns = &config.vulnerability_management.image_exclusion_regex_list;
    if patterns.len() > PATTERNS_MAX {
        wrong.push(format!("imageExclusionRegexList has at most {PATTERNS_MAX} items"));
        return;
    }
    let patterns = patterns.iter().map(|pattern| Exclusions::new(std::slice::from_ref(pattern)));
    wrong.extend(patterns.filter_map(Result::err).map(|error| error.to_string()));
    let week = |window| Week::of(&[window]).map_err(|error| error.to_string());
    let windows = config.weekly_inactive_window_schedules.iter().map(|window| window.window().and_then(week));
    wrong.extend(windows.filter_map(Result::err));
}

fn windows(config: &Value, wrong: &mut Vec<String>) -> Vec<InactiveWindow> {
    let named = |member: &str| config.get(member).filter(|value| !value.is_null());
    let value = match (named("weeklyInactiveWindowSchedules"), named("weeklyBlackoutWindowSchedules")) {
        (Some(one), Some(other)) if one != other => {
            wrong.push(
                "weeklyInactiveWindowSchedules and weeklyBlackoutWindowSchedules say different things: send one"
                    .to_owned(),
            );
            return Vec::new();
        }
        (Some(value), _) | (None, Some(value)) => value,
        (None, None) => return Vec::new(),
    };
    let Some(entries) = value.as_array().filter(|entries| entries.len() <= WINDOWS_MAX) else {
        wrong.push(format!("weeklyInactiveWindowSchedules must be a list of at most {WINDOWS_MAX}"));
        return Vec::new();
    };
    let mut windows = Vec::with_capacity(entries.len());
    for entry in entries {
        let all_day = flag(entry, "allDayToggle", wrong).unwrap_or(false);
        let mut time = |member: &str| text(entry, member, 5, wrong).unwrap_or_else(|| "00:00".to_owned());
        let (start_time, end_time) = (time("startTime"), time("endTime"));
        let days = list(entry, "repeatOnDays", wrong);
        if days.is_empty() {
            wrong.push("repeatOnDays must name a day".to_owned());
        }
        let repeat_on_days = days.into_iter().map(|day| day.to_ascii_uppercase()).collect();
        windows.push(InactiveWindow { repeat_on_days, all_day_toggle: all_day, start_time, end_time });
    }
    windows
}
