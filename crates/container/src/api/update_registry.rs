//! `PUT /csapi/v1.3/registry/{registryId}` [container security API, update a registry]: its type and its address must be sent and cannot
//! change.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Schema, Shape};
use serde_json::Value;

use crate::api::{self, bodies, registries};
use crate::errors::ContainerError;
use crate::record::registry::RegistryWritten;
use crate::registry::{Registries, Registry, read};
use crate::room::ContainerRoom;

/// Changes a registry.
#[derive(Debug)]
pub struct UpdateRegistry;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateRegistryRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
    /// The registry.
    pub registry: Json,
}

impl Operation for UpdateRegistry {
    const NAME: &'static str = "UpdateRegistry";
    const ACTION: &'static str = "csapi:UpdateRegistry";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Put,
        path: "/csapi/v1.3/registry/{registryId}",
        query: &[],
        elsewhere: &[],
        document: Some("registry"),
    };
    const WRITES: &'static [&'static str] = &["container/registry"];
    const BODY: Option<&'static Schema> = Some(bodies::RegistryBody::SCHEMA);
    type Input = Input;
    type Output = RegistryWritten;
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
        let id = &input.registry_id;
        let held = registries::find(cx, id).await?;
        let registry = read::registry(&Value::from(&input.registry), Some(&held.document), id, cx.now.0);
        let registry = registry.map_err(|wrong| ContainerError::BadRequest(wrong.join("; ")))?;
        let mut draft = Draft::new(cx, &permit);
        let replaced = move |_: &Registry| Ok::<_, ContainerError>(registry);
        draft.update::<Registries, _>(id, Some(held.entry.revision), replaced).await?;
        draft.commit().await?;
        Ok(RegistryWritten { registry_uuid: id.clone() })
    }
}
