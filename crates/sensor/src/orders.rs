//! What the server tells a sensor to do: its profile, compiled.

use bartizan_container::engine::Plan;
use bartizan_container::profile::read::read;
use bartizan_container::profile::{Config, ProfileType, compile};
use serde::Deserialize;
use serde_json::Value;

/// What a sensor does.
#[derive(Debug, Clone)]
pub struct Orders {
    /// As the server names it.
    pub version: String,
    /// The profile.
    pub profile_id: String,
    /// Its revision.
    pub revision: u64,
    /// What it says.
    pub config: Config,
    /// What that means.
    pub plan: Plan,
}

/// As the server answers it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    pub(crate) version: String,
    profile: Value,
}

impl Orders {
    /// Reads what the server says.
    ///
    /// # Errors
    /// It says what this sensor does not understand; the sensor goes on as before then.
    pub(crate) fn of(answer: &Answer) -> Result<Self, String> {
        let profile = &answer.profile;
        let text = |member: &str| profile.get(member).and_then(Value::as_str);
        let profile_type = text("profileType").and_then(ProfileType::named).ok_or("a profile without a type")?;
        let wanted = read(profile, None, None).map_err(|wrong| wrong.join("; "))?;
        let plan = compile(profile_type, &wanted.config, wanted.registries, wanted.propagation.unwrap_or(false))?;
        Ok(Self {
            version: answer.version.clone(),
            profile_id: text("profileId").unwrap_or_default().to_owned(),
            revision: profile.get("revision").and_then(Value::as_u64).unwrap_or_default(),
            config: wanted.config,
            plan,
        })
    }
}
