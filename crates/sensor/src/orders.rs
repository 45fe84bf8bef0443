//! What the server tells a sensor to do: its profile, compiled.

use bartizan_container::engine::{self, Plan};
use bartizan_container::profile::read::read;
use bartizan_container::profile::{Config, ProfileType, compile};
use bartizan_container::registry::Schedule;
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
    /// What kind of sensor it is for.
    pub profile_type: ProfileType,
    /// Registries that are this sensor's to scan.
    pub registries: Vec<RegistryOrder>,
}

/// A registry that is this sensor's to scan.
#[derive(Debug, Clone)]
pub struct RegistryOrder {
    /// A UUID.
    pub id: String,
    /// Its address.
    pub uri: String,
    /// Name and password, if it wants them.
    pub credential: Option<(String, String)>,
    /// Its schedules: as they are kept, and compiled.
    pub schedules: Vec<(Schedule, engine::Schedule)>,
}

/// The same as the server answers it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ordered {
    registry_uuid: String,
    registry_uri: String,
    username: Option<String>,
    password: Option<String>,
    schedules: Vec<Schedule>,
}

/// As the server answers it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    pub(crate) version: String,
    profile: Value,
    #[serde(default)]
    registries: Vec<Ordered>,
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
        let mut registries = Vec::new();
        for ordered in &answer.registries {
            let compiled = |schedule: &Schedule| schedule.compile().map(|compiled| (schedule.clone(), compiled));
            registries.push(RegistryOrder {
                id: ordered.registry_uuid.clone(),
                uri: ordered.registry_uri.clone(),
                credential: ordered.username.clone().zip(ordered.password.clone()),
                schedules: ordered.schedules.iter().map(compiled).collect::<Result<_, _>>()?,
            });
        }
        Ok(Self {
            version: answer.version.clone(),
            profile_id: text("profileId").unwrap_or_default().to_owned(),
            revision: profile.get("revision").and_then(Value::as_u64).unwrap_or_default(),
            config: wanted.config,
            plan,
            profile_type,
            registries,
        })
    }
}
