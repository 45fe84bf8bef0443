//! `DELETE /csapi/v1.3/registry/{registryId}` [container security API, delete a registry].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, registries};
use crate::errors::ContainerError;
use crate::profile::{SensorProfile, SensorProfiles};
use crate::record::registry::RegistryWritten;
use crate::registry::{Registries, Schedules};
use crate::room::ContainerRoom;

/// Forgets a registry and its schedules; profiles that name it do so no more.
#[derive(Debug)]
pub struct DeleteRegistry;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteRegistryRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
}

impl Operation for DeleteRegistry {
    const NAME: &'static str = "DeleteRegistry";
    const ACTION: &'static str = "csapi:DeleteRegistry";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Delete,
        path: "/csapi/v1.3/registry/{registryId}",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    const WRITES: &'static [&'static str] =
        &["container/registry", "container/registry-schedule", "container/sensor-profile"];
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
        registries::find(cx, id).await?;
        let mut draft = Draft::new(cx, &permit);
        draft.retire::<Registries>(id).await?;
        for held in lifecycle::list::<Schedules>(cx, &Schedules::name(id, "")).await? {
            draft.retire::<Schedules>(&held.entry.key.name).await?;
        }
        for held in lifecycle::list::<SensorProfiles>(cx, "").await? {
            let mut profile = held.document.into_inner();
            let ids = profile.associated_registry_ids.clone().unwrap_or_default();
            if ids.contains(id) {
                let left: Vec<String> = ids.into_iter().filter(|one| one != id).collect();
                profile.associated_registry_ids = Some(left).filter(|left| !left.is_empty());
                let name = profile.profile_id.clone();
                let changed = move |_: &SensorProfile| Ok::<_, ContainerError>(profile);
                draft.update::<SensorProfiles, _>(&name, Some(held.entry.revision), changed).await?;
            }
        }
        draft.commit().await?;
        Ok(RegistryWritten { registry_uuid: id.clone() })
    }
}
