//! `DELETE /csapi/v1.3/registry/{registryId}/schedule/{scheduleId}` [container security API, delete a registry schedule].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, registries};
use crate::errors::ContainerError;
use crate::record::registry::ScheduleWritten;
use crate::registry::Schedules;
use crate::room::ContainerRoom;

/// Deletes a schedule.
#[derive(Debug)]
pub struct DeleteRegistrySchedule;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteRegistryScheduleRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
    /// A UUID.
    pub schedule_id: String,
}

impl Operation for DeleteRegistrySchedule {
    const NAME: &'static str = "DeleteRegistrySchedule";
    const ACTION: &'static str = "csapi:DeleteRegistrySchedule";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Delete,
        path: "/csapi/v1.3/registry/{registryId}/schedule/{scheduleId}",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    const WRITES: &'static [&'static str] = &["container/registry-schedule"];
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
        registries::schedule(cx, registry, id).await?;
        let mut draft = Draft::new(cx, &permit);
        draft.retire::<Schedules>(&Schedules::name(registry, id)).await?;
        draft.commit().await?;
        Ok(ScheduleWritten { schedule_id: id.to_owned() })
    }
}
