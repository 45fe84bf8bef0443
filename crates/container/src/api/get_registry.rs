//! `GET /csapi/v1.3/registry/{registryId}` [container security API, registries].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, registries};
use crate::errors::ContainerError;
use crate::record::registry::RegistryRecord;
use crate::room::ContainerRoom;

/// Reads a registry. Its password is not read back.
#[derive(Debug)]
pub struct GetRegistry;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetRegistryRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
}

impl Operation for GetRegistry {
    const NAME: &'static str = "GetRegistry";
    const ACTION: &'static str = "csapi:GetRegistry";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/registry/{registryId}",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = RegistryRecord;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::registry_resource(cx, &input.registry_id)
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Self::Output, ContainerError> {
        let found = registries::records(room, cx).await?.into_iter().find(|one| one.registry_uuid == input.registry_id);
        found.ok_or_else(|| registries::absent(&input.registry_id))
    }
}
