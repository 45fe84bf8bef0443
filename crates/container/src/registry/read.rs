//! Registries and schedules as clients send them. Everything that is wrong is named at once.

use bartizan_wire::Json;
use serde_json::{Map, Value};

use super::{Registry, RepoTags, Schedule, ScheduleFilter};
use crate::loose::{flag, number, text, word};
use crate::profile::window::DAYS;

/// Longest name or address, in characters.
const TEXT_CHARACTERS_MAX: usize = 512;
/// Types of registries [create a registry]; all are spoken to as OCI distribution, which they are.
const TYPES: [&str; 10] = ["V2_PRIVATE", "V2", "DockerHub", "AWS", "AZURE", "GCR", "GCAR", "JFrog", "IBM", "Harbor"];
/// Ways to log in that sensors know.
const CREDENTIAL_TYPES: [&str; 2] = ["None", "BasicAuth"];
/// Members that are kept and mean nothing here.
const OTHERS: [&str; 6] = ["dockerHubOrgName", "aws", "acr", "gcp", "gcar", "accessToken"];
/// Filters of one schedule, and repositories of one filter.
const FILTERS_MAX: usize = 100;
/// Days between runs.
const INTERVAL_DAYS_MAX: i64 = 365;

/// Reads a registry. `prior` is the one that it replaces, if it does.
///
/// # Errors
/// All that is wrong with it.
pub fn registry(body: &Value, prior: Option<&Registry>, id: &str, now: i64) -> Result<Registry, Vec<String>> {
    let mut wrong = Vec::new();
    if !body.is_object() {
        return Err(vec!["the body must be a JSON object".to_owned()]);
    }
    let uri = text(body, "registryUri", TEXT_CHARACTERS_MAX, &mut wrong).map(|uri| address(&uri));
    let uri = match uri {
        None => {
            wrong.push("registryUri must be given".to_owned());
            String::new()
        }
        Some(Err(why)) => {
            wrong.push(why);
            String::new()
        }
        Some(Ok(uri)) => uri,
    };
    let said = word(body, "registryType", &TYPES, &mut wrong);
    let registry_type = said.unwrap_or_else(|| TYPES[0].to_owned());
    if let Some(prior) = prior {
        if !uri.is_empty() && prior.registry_uri != uri {
            wrong.push("registryUri of a registry cannot be changed: create another registry".to_owned());
        }
        if prior.registry_type != registry_type {
            wrong.push("registryType of a registry cannot be changed: create another registry".to_owned());
        }
    }
    let credential = body.get("credential").filter(|value| !value.is_null());
    let credential_type = word(body, "credentialType", &CREDENTIAL_TYPES, &mut wrong)
        .unwrap_or_else(|| if credential.is_some() { "BasicAuth" } else { "None" }.to_owned());
    let mut secret = |member: &str| credential.and_then(|value| text(value, member, TEXT_CHARACTERS_MAX, &mut wrong));
    let (mut username, mut password) = (secret("username"), secret("password"));
    if credential_type == "None" {
        (username, password) = (None, None);
    } else {
        // A password is not read back, so that an update without one keeps it.
        password = password.or_else(|| prior.and_then(|prior| prior.password.clone()));
        username = username.or_else(|| prior.and_then(|prior| prior.username.clone()));
        if username.is_none() || password.is_none() {
            wrong.push("credential must have username and password for BasicAuth".to_owned());
        }
    }
    let name = text(body, "registryName", TEXT_CHARACTERS_MAX, &mut wrong).filter(|name| !name.trim().is_empty());
    let others: Map<String, Value> = OTHERS
        .iter()
        .filter_map(|member| Some(((*member).to_owned(), body.get(*member).filter(|value| !value.is_null())?.clone())))
        .collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Registry {
        registry_uuid: id.to_owned(),
        registry_name: name.unwrap_or_else(|| uri.clone()),
        registry_uri: uri,
        registry_type,
        credential_type,
        username,
        password,
        others: Json::from(&Value::Object(others)),
        created: prior.map_or(now, |prior| prior.created),
    })
}

/// `https://registry.example`, also without the scheme, without a path or a slash at its end.
fn address(text: &str) -> Result<String, String> {
    let wrong = || "registryUri must be an address such as https://registry.example:5000".to_owned();
    let text = text.trim().trim_end_matches('/');
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let usable = !rest.is_empty()
        && rest.chars().all(|character| character.is_ascii_alphanumeric() || ".-:[]_".contains(character));
    match scheme {
        "http" | "https" if usable => Ok(format!("{scheme}://{rest}")),
        _ => Err(wrong()),
    }
}

/// Reads a schedule. `prior` is the one that it replaces, if it does.
///
/// # Errors
/// All that is wrong with it.
pub fn schedule(
    body: &Value,
    prior: Option<&Schedule>,
    (registry, id): (&str, &str),
    now: i64,
) -> Result<Schedule, Vec<String>> {
    if !body.is_object() {
        return Err(vec!["the body must be a JSON object".to_owned()]);
    }
    let mut wrong = Vec::new();
    let on_demand = flag(body, "onDemand", &mut wrong).unwrap_or(true);
    let time = text(body, "schedule", 5, &mut wrong).filter(|time| !time.is_empty());
    let days = number(body, "scheduleScanIntervalInDays", &mut wrong).unwrap_or(1);
    let week_day = word(body, "weekDay", &DAYS, &mut wrong);
    let interval = i32::try_from(days).ok().filter(|_| (1..=INTERVAL_DAYS_MAX).contains(&days));
    if interval.is_none() {
        wrong.push(format!("scheduleScanIntervalInDays must be from 1 to {INTERVAL_DAYS_MAX}"));
    }
    if !on_demand && week_day.is_some() && days != 7 {
        wrong.push("weekDay goes with a scheduleScanIntervalInDays of 7 alone".to_owned());
    }
    let schedule = Schedule {
        schedule_uuid: id.to_owned(),
        registry_uuid: registry.to_owned(),
        name: text(body, "name", TEXT_CHARACTERS_MAX, &mut wrong).unwrap_or_default(),
        on_demand,
        schedule: time.filter(|_| !on_demand),
        schedule_scan_interval_in_days: interval.unwrap_or(1),
        week_day: week_day.filter(|_| !on_demand),
        force_scan: flag(body, "forceScan", &mut wrong).unwrap_or(false),
        filters: filters(body, &mut wrong),
        canceled: false,
        // A changed schedule counts from its change: one on demand runs again.
        created: if prior.is_some_and(|prior| !prior.on_demand && !on_demand) {
            prior.map_or(now, |prior| prior.created)
        } else {
            now
        },
    };
    if wrong.is_empty()
        && let Err(why) = schedule.compile()
    {
        wrong.push(why);
    }
    if wrong.is_empty() { Ok(schedule) } else { Err(wrong) }
}

fn filters(body: &Value, wrong: &mut Vec<String>) -> Vec<ScheduleFilter> {
    let Some(said) = body.get("filters").filter(|value| !value.is_null()) else { return Vec::new() };
    let Some(said) = said.as_array().filter(|said| said.len() <= FILTERS_MAX) else {
        wrong.push(format!("filters must be a list of at most {FILTERS_MAX}"));
        return Vec::new();
    };
    let mut filters = Vec::with_capacity(said.len());
    for filter in said {
        let days = number(filter, "days", wrong);
        if days.is_some_and(|days| !(1..=7).contains(&days) && days != 14) {
            wrong.push("days must be from 1 to 7, or 14".to_owned());
        }
        let named = filter.get("repoTags").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if named.len() > FILTERS_MAX {
            wrong.push(format!("repoTags must be a list of at most {FILTERS_MAX}"));
        }
        let mut part = |one: &Value, member: &str| {
            let said = text(one, member, TEXT_CHARACTERS_MAX, wrong);
            said.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| ".*".to_owned())
        };
        let repo_tags: Vec<RepoTags> =
            named.iter().map(|one| RepoTags { repo: part(one, "repo"), tag: part(one, "tag") }).collect();
        filters.push(ScheduleFilter { days: days.and_then(|days| i32::try_from(days).ok()), repo_tags });
    }
    filters
}
