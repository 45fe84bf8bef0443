//! `PUT /csapi/v1.3/registry/{registryId}/schedule/{scheduleId}` [container security API, update a registry schedule].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Schema, Shape};
use serde_json::Value;

use crate::api::{self, bodies, registries};
use crate::errors::ContainerError;
use crate::record::registry::ScheduleWritten;
use crate::registry::{Schedule, Schedules, read};
use crate::room::ContainerRoom;

/// Replaces a schedule; one on demand runs again.
#[derive(Debug)]
pub struct UpdateRegistrySchedule;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateRegistryScheduleRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
    /// A UUID.
    pub schedule_id: String,
    /// The schedule.
    pub schedule: Json,
}

impl Operation for UpdateRegistrySchedule {
    const NAME: &'static str = "UpdateRegistrySchedule";
    const ACTION: &'static str = "csapi:UpdateRegistrySchedule";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Put,
        path: "/csapi/v1.3/registry/{registryId}/schedule/{scheduleId}",
        query: &[],
        elsewhere: &[],
        document: Some("schedule"),
    };
    const WRITES: &'static [&'static str] = &["container/registry-schedule"];
    const BODY: Option<&'static Schema> = Some(bodies::ScheduleBody::SCHEMA);
    type Input = Input;
    type Output = ScheduleWritten;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::registry_resource(cx, &input.registry_id)
    }

    async fn call(
        _room: &ContainerRoom,
        cx: &Cx,
        permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Self::Output, ContainerError> {
        let (registry, id) = (input.registry_id.as_str(), input.schedule_id.as_str());
        let held = registries::schedule(cx, registry, id).await?;
        let schedule = read::schedule(&Value::from(&input.schedule), Some(&held.document), (registry, id), cx.now.0);
        let schedule = schedule.map_err(|wrong| ContainerError::BadRequest(wrong.join("; ")))?;
        let mut draft = Draft::new(cx, &permit);
        let replaced = move |_: &Schedule| Ok::<_, ContainerError>(schedule);
        draft.update::<Schedules, _>(&Schedules::name(registry, id), Some(held.entry.revision), replaced).await?;
        draft.commit().await?;
        Ok(ScheduleWritten { schedule_id: id.to_owned() })
    }
}
