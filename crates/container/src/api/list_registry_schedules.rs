//! `GET /csapi/v1.3/registry/{registryId}/schedule` [container security API, registry schedules].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, registries};
use crate::errors::ContainerError;
use crate::record::registry::ScheduleRecord;
use crate::room::ContainerRoom;

/// Lists the schedules of a registry, and how their latest runs went.
#[derive(Debug)]
pub struct ListRegistrySchedules;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListRegistrySchedulesRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListRegistrySchedulesResponse")]
pub struct Output {
    /// How many there are.
    pub count: i64,
    /// All of them.
    pub data: Vec<ScheduleRecord>,
}

impl Operation for ListRegistrySchedules {
    const NAME: &'static str = "ListRegistrySchedules";
    const ACTION: &'static str = "csapi:ListRegistrySchedules";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/registry/{registryId}/schedule",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::registry_resource(cx, &input.registry_id)
    }

    async fn call(
        _room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Self::Output, ContainerError> {
        registries::find(cx, &input.registry_id).await?;
        let data = registries::schedules(cx, &input.registry_id).await?;
        Ok(Output { count: i64::try_from(data.len()).unwrap_or(i64::MAX), data })
    }
}
