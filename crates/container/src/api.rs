//! The operations, one in each file, spelled as the vendor spells them [container security API v1.3].

use std::sync::Arc;

use bartizan_ledger::{Entry, Revision};
use bartizan_operation::{ErasedOperation, Operation as _};
use bartizan_policy::lifecycle::Held;
use bartizan_policy::{AGENT_PREFIX, Cx, Draft, Kind as _, lifecycle};
use bartizan_wire::{Arn, Json, ResourceName, Shape};
use serde::Serialize;

use crate::errors::ContainerError;
use crate::profile::read::Wanted;
use crate::profile::{Config, ProfileType, SensorProfile, SensorProfiles, builtin};
use crate::registry::Registries;
use crate::room::ContainerRoom;
use crate::sensor::{Sensor, Sensors};

pub mod bodies;
pub mod cancel_registry_schedule;
mod containers;
pub mod count_container_vulnerabilities;
pub mod count_image_vulnerabilities;
pub mod create_registry;
pub mod create_registry_schedule;
pub mod create_sensor_profile;
pub mod delete_registry;
pub mod delete_registry_schedule;
pub mod delete_sensor_profile;
pub mod delete_sensors;
pub mod enrol_sensor;
pub mod get_activation_key;
pub mod get_container;
pub mod get_coverage;
pub mod get_image;
pub mod get_registry;
pub mod get_sensor;
pub mod get_sensor_profile;
mod images;
pub mod list_container_software;
pub mod list_container_vulnerabilities;
pub mod list_containers;
pub mod list_containers_in_bulk;
pub mod list_image_software;
pub mod list_image_vulnerabilities;
pub mod list_images;
pub mod list_images_in_bulk;
pub mod list_registries;
pub mod list_registry_schedules;
pub mod list_repositories;
pub mod list_runtime_events;
pub mod list_sensor_profiles;
pub mod list_sensors;
pub mod poll_sensor;
mod rates;
mod registries;
pub mod report_events;
pub mod report_host;
pub mod report_job;
pub mod report_scan;
pub mod update_registry;
pub mod update_registry_schedule;
pub mod update_sensor_profile;

/// What sensors may do, beside enrolling.
pub const AGENT_ACTIONS: &[&str] = &[
    "bartizan:PollSensor",
    "bartizan:ReportHost",
    "bartizan:ReportScan",
    "bartizan:ReportJob",
    "bartizan:ReportEvents",
];

/// Every operation of this room.
#[must_use]
pub fn operations(room: &Arc<ContainerRoom>) -> Vec<ErasedOperation> {
    let operations = vec![
        ErasedOperation::of::<create_sensor_profile::CreateSensorProfile>(Arc::clone(room)),
        ErasedOperation::of::<update_sensor_profile::UpdateSensorProfile>(Arc::clone(room)),
        ErasedOperation::of::<get_sensor_profile::GetSensorProfile>(Arc::clone(room)),
        ErasedOperation::of::<list_sensor_profiles::ListSensorProfiles>(Arc::clone(room)),
        ErasedOperation::of::<delete_sensor_profile::DeleteSensorProfile>(Arc::clone(room)),
        ErasedOperation::of::<get_activation_key::GetActivationKey>(Arc::clone(room)),
        ErasedOperation::of::<enrol_sensor::EnrolSensor>(Arc::clone(room)),
        ErasedOperation::of::<poll_sensor::PollSensor>(Arc::clone(room)),
        ErasedOperation::of::<report_host::ReportHost>(Arc::clone(room)),
        ErasedOperation::of::<report_scan::ReportScan>(Arc::clone(room)),
        ErasedOperation::of::<list_sensors::ListSensors>(Arc::clone(room)),
        ErasedOperation::of::<get_sensor::GetSensor>(Arc::clone(room)),
        ErasedOperation::of::<get_coverage::GetCoverage>(Arc::clone(room)),
        ErasedOperation::of::<delete_sensors::DeleteSensors>(Arc::clone(room)),
        ErasedOperation::of::<list_images::ListImages>(Arc::clone(room)),
        ErasedOperation::of::<get_image::GetImage>(Arc::clone(room)),
        ErasedOperation::of::<list_image_vulnerabilities::ListImageVulnerabilities>(Arc::clone(room)),
        ErasedOperation::of::<count_image_vulnerabilities::CountImageVulnerabilities>(Arc::clone(room)),
        ErasedOperation::of::<list_image_software::ListImageSoftware>(Arc::clone(room)),
        ErasedOperation::of::<list_containers::ListContainers>(Arc::clone(room)),
        ErasedOperation::of::<get_container::GetContainer>(Arc::clone(room)),
        ErasedOperation::of::<list_container_vulnerabilities::ListContainerVulnerabilities>(Arc::clone(room)),
        ErasedOperation::of::<count_container_vulnerabilities::CountContainerVulnerabilities>(Arc::clone(room)),
        ErasedOperation::of::<list_container_software::ListContainerSoftware>(Arc::clone(room)),
        ErasedOperation::of::<list_images_in_bulk::ListImagesInBulk>(Arc::clone(room)),
        ErasedOperation::of::<list_containers_in_bulk::ListContainersInBulk>(Arc::clone(room)),
        ErasedOperation::of::<create_registry::CreateRegistry>(Arc::clone(room)),
        ErasedOperation::of::<list_registries::ListRegistries>(Arc::clone(room)),
        ErasedOperation::of::<get_registry::GetRegistry>(Arc::clone(room)),
        ErasedOperation::of::<update_registry::UpdateRegistry>(Arc::clone(room)),
        ErasedOperation::of::<delete_registry::DeleteRegistry>(Arc::clone(room)),
        ErasedOperation::of::<list_repositories::ListRepositories>(Arc::clone(room)),
        ErasedOperation::of::<create_registry_schedule::CreateRegistrySchedule>(Arc::clone(room)),
        ErasedOperation::of::<list_registry_schedules::ListRegistrySchedules>(Arc::clone(room)),
        ErasedOperation::of::<update_registry_schedule::UpdateRegistrySchedule>(Arc::clone(room)),
        ErasedOperation::of::<delete_registry_schedule::DeleteRegistrySchedule>(Arc::clone(room)),
        ErasedOperation::of::<cancel_registry_schedule::CancelRegistrySchedule>(Arc::clone(room)),
        ErasedOperation::of::<report_job::ReportJob>(Arc::clone(room)),
        ErasedOperation::of::<report_events::ReportEvents>(Arc::clone(room)),
        ErasedOperation::of::<list_runtime_events::ListRuntimeEvents>(Arc::clone(room)),
    ];
    let limited = |operation: ErasedOperation| {
        let rate = rates::of(&operation.binding);
        operation.limited(rate)
    };
    operations.into_iter().map(limited).collect()
}

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

/// The name of a profile for authorization.
pub(crate) fn resource(cx: &Cx, id: &str) -> ResourceName {
    Arn::new("bartizan", &cx.realm, &format!("sensor-profile/{id}")).into()
}

/// The name of a registry for authorization.
pub(crate) fn registry_resource(cx: &Cx, id: &str) -> ResourceName {
    Arn::new("bartizan", &cx.realm, &format!("registry/{id}")).into()
}

/// The name of an image for authorization.
pub(crate) fn image_resource(cx: &Cx, sha: &str) -> ResourceName {
    Arn::new("bartizan", &cx.realm, &format!("image/{sha}")).into()
}

/// The name of a container for authorization.
pub(crate) fn container_resource(cx: &Cx, sha: &str) -> ResourceName {
    Arn::new("bartizan", &cx.realm, &format!("container/{sha}")).into()
}

/// The name of a sensor for authorization.
pub(crate) fn sensor_resource(cx: &Cx, id: &str) -> ResourceName {
    Arn::new("bartizan", &cx.realm, &format!("sensor/{id}")).into()
}

/// The sensor that reports. A sensor reports for itself alone, and not in a preview: observations are taken in or they are not.
pub(crate) async fn reporting(cx: &Cx, id: &str) -> Result<Sensor, ContainerError> {
    if cx.previewing {
        return Err(ContainerError::BadRequest("a report changes no policy: send it without /preview".to_owned()));
    }
    if cx.principal.name.strip_prefix(AGENT_PREFIX).is_some_and(|own| own != id) {
        return Err(ContainerError::BadRequest("a sensor reports for itself alone".to_owned()));
    }
    let held = lifecycle::find::<Sensors>(cx, id).await?;
    held.map(|held| held.document.into_inner())
        .ok_or_else(|| ContainerError::NotFound(format!("there is no sensor {id}: enrol it again")))
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

/// All sensors by id, with the entries that they were read from.
pub(crate) async fn sensors(cx: &Cx) -> Result<Vec<Held<Sensors>>, ContainerError> {
    Ok(lifecycle::list::<Sensors>(cx, "").await?)
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

/// The sensors that follow a profile, by id.
pub(crate) fn followers(profile: &SensorProfile, sensors: &[Held<Sensors>]) -> Vec<String> {
    let default = builtin::id(profile.profile_type);
    let of_type = sensors.iter().filter(|held| held.document.sensor_type == profile.profile_type);
    let followers = of_type.filter(|held| held.document.follows(&profile.profile_id, &default));
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

/// Whether a text can be the digest of an image's configuration.
pub(crate) fn is_sha(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
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
