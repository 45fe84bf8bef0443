//! `POST /csapi/v1.3/registry` [container security API, create a registry].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, Json, ResourceName, Schema, Shape};
use serde_json::Value;

use crate::api::{self, bodies};
use crate::errors::ContainerError;
use crate::record::registry::RegistryWritten;
use crate::registry::{REGISTRIES_MAX, Registries, read};
use crate::room::ContainerRoom;

/// Makes a registry known.
#[derive(Debug)]
pub struct CreateRegistry;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateRegistryRequest")]
pub struct Input {
    /// The registry.
    pub registry: Json,
}

impl Operation for CreateRegistry {
    const NAME: &'static str = "CreateRegistry";
    const ACTION: &'static str = "csapi:CreateRegistry";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Post,
        path: "/csapi/v1.3/registry",
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

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        api::registry_resource(cx, "*")
    }

    async fn call(
        _room: &ContainerRoom,
        cx: &Cx,
        permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Self::Output, ContainerError> {
        let _turn = cx.turns.take(&lifecycle::key::<Registries>(cx, "")).await;
        let all = lifecycle::list::<Registries>(cx, "").await?;
        if all.len() >= REGISTRIES_MAX {
            return Err(ContainerError::Conflict(format!("there are {REGISTRIES_MAX} registries, which is the limit")));
        }
        let id = cx.mint.uuid();
        let registry = read::registry(&Value::from(&input.registry), None, &id, cx.now.0);
        let registry = registry.map_err(|wrong| ContainerError::BadRequest(wrong.join("; ")))?;
        let mut draft = Draft::new(cx, &permit);
        draft.create::<Registries>(&id, registry).await?;
        draft.commit().await?;
        Ok(RegistryWritten { registry_uuid: id })
    }
}
