//! `POST /csapi/v1.3/registry/{registryId}/schedule` [container security API, create a registry schedule].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, Json, ResourceName, Schema, Shape};
use serde_json::Value;

use crate::api::{self, bodies, registries};
use crate::errors::ContainerError;
use crate::record::registry::ScheduleWritten;
use crate::registry::{SCHEDULES_MAX, Schedules, read};
use crate::room::ContainerRoom;

/// Makes a schedule for the scans of a registry.
#[derive(Debug)]
pub struct CreateRegistrySchedule;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateRegistryScheduleRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
    /// The schedule.
    pub schedule: Json,
}

impl Operation for CreateRegistrySchedule {
    const NAME: &'static str = "CreateRegistrySchedule";
    const ACTION: &'static str = "csapi:CreateRegistrySchedule";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Post,
        path: "/csapi/v1.3/registry/{registryId}/schedule",
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
        let registry = &input.registry_id;
        registries::find(cx, registry).await?;
        if lifecycle::list::<Schedules>(cx, &Schedules::name(registry, "")).await?.len() >= SCHEDULES_MAX {
            return Err(ContainerError::Conflict(format!("a registry has at most {SCHEDULES_MAX} schedules")));
        }
        let id = cx.mint.uuid();
        let schedule = read::schedule(&Value::from(&input.schedule), None, (registry, &id), cx.now.0);
        let schedule = schedule.map_err(|wrong| ContainerError::BadRequest(wrong.join("; ")))?;
        let mut draft = Draft::new(cx, &permit);
        draft.create::<Schedules>(&Schedules::name(registry, &id), schedule).await?;
        draft.commit().await?;
        Ok(ScheduleWritten { schedule_id: id })
    }
}
