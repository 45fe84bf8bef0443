//! What operations on profiles have in common: what is kept of one, who follows it, and how it is read back.

use bartizan_ledger::{Entry, Revision};
use bartizan_operation::Operation as _;
use bartizan_policy::lifecycle::Held;
use bartizan_policy::{Cx, Draft, Kind as _, lifecycle};
use bartizan_wire::{Json, Shape};
use serde::Serialize;

use crate::api::{create_sensor_profile, sensors};
use crate::errors::ContainerError;
use crate::profile::read::Wanted;
use crate::profile::{Config, ProfileType, SensorProfile, SensorProfiles, builtin};
use crate::registry::Registries;
use crate::sensor::{Sensor, Sensors};

/// A profile and its revision: 0 for a default profile that nobody has changed.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) profile: SensorProfile,
    pub(crate) revision: Revision,
    /// When it was committed, in milliseconds since the epoch.
    updated: i64,
    /// By whom, unless nobody has changed it since it was made.
    updated_by: Option<String>,
}

impl From<SensorProfile> for Known {
    /// A default profile that nobody has changed.
    fn from(profile: SensorProfile) -> Self {
        Self { profile, revision: Revision(0), updated: 0, updated_by: None }
    }
}

impl From<Held<SensorProfiles>> for Known {
    fn from(held: Held<SensorProfiles>) -> Self {
        let Held { document, entry } = held;
        let made = entry.stamp.action == create_sensor_profile::CreateSensorProfile::ACTION;
        Self {
            profile: document.into_inner(),
            revision: entry.revision,
            updated: entry.stamp.at.0,
            updated_by: Some(entry.stamp.principal).filter(|_| !made),
        }
    }
}

/// The profile with an id.
pub(crate) async fn known(cx: &Cx, id: &str) -> Result<Known, ContainerError> {
    if !is_uuid(id) {
        return Err(ContainerError::BadRequest("sensorProfileId must be a UUID".to_owned()));
    }
    if let Some(held) = lifecycle::find::<SensorProfiles>(cx, id).await? {
        return Ok(held.into());
    }
    let builtin = builtin::find(id).map(Known::from);
    builtin.ok_or_else(|| ContainerError::NotFound(format!("there is no sensor profile {id}")))
}

/// All profiles by id, default ones that nobody has changed among them.
pub(crate) async fn all(cx: &Cx) -> Result<Vec<Known>, ContainerError> {
    let held = lifecycle::list::<SensorProfiles>(cx, "").await?;
    let mut all: Vec<Known> = held.into_iter().map(Known::from).collect();
    for profile in builtin::all() {
        if !all.iter().any(|known| known.profile.profile_id == profile.profile_id) {
            all.push(profile.into());
        }
    }
    all.sort_by(|one, other| one.profile.profile_id.cmp(&other.profile.profile_id));
    Ok(all)
}

/// Refuses a name that another profile has, and sensors and registries that nobody knows or that are of another type.
pub(crate) async fn admit(
    cx: &Cx,
    id: &str,
    profile_type: ProfileType,
    wanted: &Wanted,
) -> Result<Vec<Held<Sensors>>, ContainerError> {
    let sensors = sensors(cx).await?;
    let mut wrong = Vec::new();
    let (mut unknown, mut others) = (Vec::new(), Vec::new());
    for asked in &wanted.sensors {
        match sensors.iter().find(|held| held.document.sensor_id == *asked) {
            None => unknown.push(asked.as_str()),
            Some(held) if held.document.sensor_type != profile_type => others.push(asked.as_str()),
            Some(_) => {}
        }
    }
    let mut name = |why: &str, ids: &[&str]| {
        if !ids.is_empty() {
            wrong.push(format!("{why}: {}", ids.join(", ")));
        }
    };
    name("associatedSensorIds are not known", &unknown);
    name(&format!("associatedSensorIds are not of sensors of the type {}", profile_type.word()), &others);
    let mut strangers = Vec::new();
    for asked in &wanted.registries {
        if lifecycle::find::<Registries>(cx, asked).await?.is_none() {
            strangers.push(asked.as_str());
        }
    }
    name("associatedRegistryIds are not known", &strangers);
    if !wrong.is_empty() {
        return Err(ContainerError::BadRequest(wrong.join("; ")));
    }
    let all = all(cx).await?;
    if all.iter().any(|known| known.profile.profile_id != id && known.profile.profile_name == wanted.name) {
        return Err(ContainerError::Conflict(format!("another sensor profile is called {}", wanted.name)));
    }
    Ok(sensors)
}

/// Lets exactly these sensors follow a profile: those that followed another one leave it, and those that followed this one
/// and are not named follow the default profile of their type.
pub(crate) async fn associate(
    draft: &mut Draft<'_>,
    id: &str,
    sensors: Vec<Held<Sensors>>,
    wanted: &[String],
) -> Result<(), ContainerError> {
    let profile = builtin::find(id).is_none().then(|| id.to_owned());
    for held in sensors {
        let Held { document, entry } = held;
        let mut sensor = document.into_inner();
        let next = if wanted.contains(&sensor.sensor_id) {
            profile.clone()
        } else {
            sensor.profile_id.clone().filter(|followed| followed != id)
        };
        if next == sensor.profile_id {
            continue;
        }
        sensor.profile_id = next;
        let name = sensor.sensor_id.clone();
        let moved = move |_: &Sensor| Ok::<_, ContainerError>(sensor);
        draft.update::<Sensors, _>(&name, Some(entry.revision), moved).await?;
    }
    Ok(())
}

/// The sensors that follow a profile, by id: those that name it, and of a default profile those that name none.
pub(crate) fn followers(profile: &SensorProfile, sensors: &[Held<Sensors>]) -> Vec<String> {
    let of_type = sensors.iter().filter(|held| held.document.sensor_type == profile.profile_type);
    let followers = of_type.filter(|held| held.document.followed(|_| true) == profile.profile_id);
    followers.map(|held| held.document.sensor_id.clone()).collect()
}

/// Holds a request to the revision that its `If-Match` names, or the header that all rooms know.
pub(crate) fn expected(cx: &Cx, if_match: Option<&str>, known: &Known) -> Result<(), ContainerError> {
    if cx.expect.is_some_and(|expected| expected != known.revision) {
        return Err(ContainerError::PreconditionFailed(format!(
            "the sensor profile is at revision {}: read it again, then repeat the request",
            known.revision.0
        )));
    }
    let Some(asked) = if_match.map(str::trim).filter(|asked| *asked != "*") else { return Ok(()) };
    let own = etag(known.revision.0);
    if asked.split(',').any(|one| one.trim() == own) {
        return Ok(());
    }
    Err(ContainerError::PreconditionFailed(format!(
        "the sensor profile is at {own} and not at {asked}: read it again, then repeat the request"
    )))
}

/// The entity tag of a revision.
pub(crate) fn etag(revision: impl std::fmt::Display) -> String {
    format!("\"{revision}\"")
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// What a write answers.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// The profile's id.
    pub profile_uuid: String,
    /// Its revision, which is its entity tag.
    pub revision: i64,
}

impl Written {
    /// The answer to a commit of one profile.
    pub(crate) fn of(entries: &[Entry]) -> Result<Self, ContainerError> {
        let entry = entries.iter().find(|entry| entry.key.kind == SensorProfiles::NAME);
        let entry = entry.ok_or_else(|| ContainerError::Internal("a commit has no entry".to_owned()))?;
        Ok(Self { profile_uuid: entry.key.name.clone(), revision: wide(entry.revision) })
    }

    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        vec![("etag", etag(self.revision))]
    }
}

/// A profile as it is read back: times are texts.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// A UUID.
    pub profile_id: String,
    /// Unique.
    pub profile_name: String,
    /// What kind of sensors it is for.
    pub profile_type: ProfileType,
    /// What it is for.
    pub description: String,
    /// Who made it.
    pub created_by: String,
    /// When, in milliseconds since the epoch.
    pub created: String,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// When, in milliseconds since the epoch.
    pub updated: String,
    /// As it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Whether findings of images are shown on their containers.
    pub is_vuln_propagation: bool,
    /// As it was sent.
    pub aws_fargate_vuln_propagation_config: Json,
    /// What its sensors do.
    pub config: Config,
    /// Sensors that follow it.
    pub associated_sensor_ids: Vec<String>,
    /// Registries that it is for.
    pub associated_registry_ids: Option<Vec<String>>,
    /// Its revision, which is its entity tag; 0 for a default profile that nobody has changed. Beside what the vendor answers.
    pub revision: i64,
}

impl Record {
    /// A profile and the sensors that follow it.
    pub(crate) fn of(known: Known, sensors: &[Held<Sensors>]) -> Self {
        let Known { profile, revision, updated, updated_by } = known;
        Self {
            associated_sensor_ids: followers(&profile, sensors),
            associated_registry_ids: profile.associated_registry_ids,
            profile_id: profile.profile_id,
            profile_name: profile.profile_name,
            profile_type: profile.profile_type,
            description: profile.description,
            created_by: profile.created_by,
            created: profile.created.to_string(),
            updated_by,
            updated: updated.to_string(),
            filter: profile.filter,
            is_vuln_propagation: profile.is_vuln_propagation,
            aws_fargate_vuln_propagation_config: profile.aws_fargate_vuln_propagation_config,
            config: profile.config,
            revision: wide(revision),
        }
    }
}

/// A revision as it travels.
fn wide(revision: Revision) -> i64 {
    i64::try_from(revision.0).unwrap_or(i64::MAX)
}
