//! What the engine judges, read from the vendor's own answers: a profile, and the lists of images, containers and schedules.
//!
//! It reads what clients of the vendor really get: numbers as texts, one thing under two names, `null` for an empty list.

mod facts;

use serde_json::Value;

use crate::engine::{Duty, PlanError, Source, Window};
use crate::profile::{ProfileType, window};

pub use facts::{containers, events, images, schedules};

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfflineError {
    /// A member is missing, or something else than it should be.
    #[error("{0}")]
    Member(String),
    /// The profile means nothing.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Reads a sensor profile, as it is read back or as it is sent.
///
/// # Errors
/// It is not one.
pub fn profile(document: &Value) -> Result<Source, OfflineError> {
    let config = document.get("config").unwrap_or(&Value::Null);
    let scanning = config.get("vulnerabilityManagement").unwrap_or(&Value::Null);
    let mut source = Source::new(duty(text(document, "profileType").unwrap_or("General"))?);
    if let Some(on) = flag(scanning, "globalScanningFlag").or_else(|| flag(config, "globalScanningFlag")) {
        source.scans = on;
    }
    if let Some(hours) = number(scanning, "containerScanningInterval") {
        source.interval_hours = u32::try_from(hours).map_err(|_| wrong("containerScanningInterval", "hours"))?;
    }
    source.exclusions = texts(scanning, "imageExclusionRegexList");
    source.registries = texts(document, "associatedRegistryIds");
    source.propagates = flag(document, "isVulnPropagation").unwrap_or(false);
    source.ignored = texts(config, "ignoreProcesses");
    let events = text(config, "runtimeSensor").or_else(|| text(document, "runtimeSensor"));
    source.sends_events = events.is_none_or(|word| !word.eq_ignore_ascii_case("disable"));
    let windows = ["weeklyInactiveWindowSchedules", "weeklyBlackoutWindowSchedules"];
    let windows = windows.iter().find_map(|member| config.get(*member).and_then(Value::as_array));
    source.windows = windows.into_iter().flatten().map(window).collect::<Result<_, _>>()?;
    Ok(source)
}

fn duty(word: &str) -> Result<Duty, OfflineError> {
    let found = ProfileType::ALL.into_iter().find(|(_, name)| name.eq_ignore_ascii_case(word));
    let wrong = || wrong("profileType", "General, Registry, CICD, Cluster or RUNTIME");
    found.map(|(profile_type, _)| profile_type.duty()).ok_or_else(wrong)
}

fn window(entry: &Value) -> Result<Window, OfflineError> {
    let all_day = flag(entry, "allDayToggle") == Some(true);
    let (start, end) = (text(entry, "startTime"), text(entry, "endTime"));
    window::window(&texts(entry, "repeatOnDays"), all_day, start, end).map_err(OfflineError::Member)
}

fn wrong(member: &str, what: &str) -> OfflineError {
    OfflineError::Member(format!("`{member}` holds {what}"))
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str)
}

fn flag(value: &Value, member: &str) -> Option<bool> {
    match value.get(member)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) => word.parse().ok(),
        _ => None,
    }
}

fn number(value: &Value, member: &str) -> Option<i64> {
    match value.get(member)? {
        Value::Number(number) => number.as_i64(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// A list of texts, which may be one text with commas between, or `null`.
fn texts(value: &Value, member: &str) -> Vec<String> {
    match value.get(member) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(list)) => {
            list.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The records of an answer: `{"data": [..]}`, or a list by itself.
fn records(answer: &Value) -> Result<&[Value], OfflineError> {
    let list = answer.as_array().or_else(|| answer.get("data").and_then(Value::as_array));
    list.map(Vec::as_slice).ok_or_else(|| OfflineError::Member("an answer has its records in `data`".to_owned()))
}
