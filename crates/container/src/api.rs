//! The operations, one in each file, spelled as the vendor spells them [container security API v1.3].

use std::sync::Arc;

use bartizan_operation::ErasedOperation;
use bartizan_policy::lifecycle::Held;
use bartizan_policy::{AGENT_PREFIX, Cx, lifecycle};
use bartizan_wire::{Arn, ResourceName};

use crate::errors::ContainerError;
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
mod profiles;
mod rates;
mod registries;
pub mod report_events;
pub mod report_host;
pub mod report_job;
pub mod report_scan;
pub mod update_registry;
pub mod update_registry_schedule;
pub mod update_sensor_profile;

pub(crate) use profiles::{Known, Record, Written, admit, all, associate, etag, expected, followers, known};

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

/// All sensors by id, with the entries that they were read from.
pub(crate) async fn sensors(cx: &Cx) -> Result<Vec<Held<Sensors>>, ContainerError> {
    Ok(lifecycle::list::<Sensors>(cx, "").await?)
}

/// Whether a text can be the digest of an image's configuration.
pub(crate) fn is_sha(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
