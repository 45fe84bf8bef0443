//! `POST /csapi/v1.3/registry/{registryId}/schedule/{scheduleId}/cancel` [container security API, cancel a registry schedule].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, registries};
use crate::errors::ContainerError;
use crate::record::registry::ScheduleWritten;
use crate::registry::{Schedule, Schedules};
use crate::room::ContainerRoom;

/// Cancels a schedule that has not ended: it starts no run any more. A scan under way is finished.
#[derive(Debug)]
pub struct CancelRegistrySchedule;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CancelRegistryScheduleRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
    /// A UUID.
    pub schedule_id: String,
}

impl Operation for CancelRegistrySchedule {
    const NAME: &'static str = "CancelRegistrySchedule";
    const ACTION: &'static str = "csapi:CancelRegistrySchedule";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Post,
        path: "/csapi/v1.3/registry/{registryId}/schedule/{scheduleId}/cancel",
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
        let held = registries::schedule(cx, registry, id).await?;
        let record = registries::schedules(cx, registry).await?.into_iter().find(|record| record.schedule_uuid == id);
        if let Some(ended) = record.filter(|record| record.has_ended()) {
            return Err(ContainerError::Conflict(format!(
                "the schedule is {}, which cannot be canceled",
                ended.status
            )));
        }
        let mut draft = Draft::new(cx, &permit);
        let canceled = |prior: &Schedule| Ok::<_, ContainerError>(Schedule { canceled: true, ..prior.clone() });
        draft.update::<Schedules, _>(&Schedules::name(registry, id), Some(held.entry.revision), canceled).await?;
        draft.commit().await?;
        Ok(ScheduleWritten { schedule_id: id.to_owned() })
    }
}
