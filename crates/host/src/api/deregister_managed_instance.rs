//! `DeregisterManagedInstance` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{SSM, node_resource};
use crate::activation::ManagedInstances;
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::tags::{ResourceType, Tagged, Tags};

/// Forgets a managed node: its registration, its key, its tags and what it has reported.
#[derive(Debug)]
pub struct DeregisterManagedInstance;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeregisterManagedInstanceRequest")]
pub struct Input {
    /// `mi-` and 17 hexadecimal digits.
    #[shape(length = 20..=124, pattern = r"(^mi-[0-9a-f]{17}$)|(^eks_c:[0-9A-Za-z][A-Za-z0-9\-_]{0,99}_\w{17}$)")]
    pub instance_id: String,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "DeregisterManagedInstanceResult")]
pub struct Output {}

impl Operation for DeregisterManagedInstance {
    const NAME: &'static str = "DeregisterManagedInstance";
    const ACTION: &'static str = "ssm:DeregisterManagedInstance";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/managed-instance", "host/tags"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        node_resource(cx, &input.instance_id)
    }

    async fn call(room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let id = &input.instance_id;
        let Some(held) = lifecycle::find::<ManagedInstances>(cx, id).await? else {
            return Err(HostError::InvalidInstanceId(id.clone()));
        };
        let mut draft = Draft::new(cx, &permit);
        draft.retire::<ManagedInstances>(id).await?;
        draft.retire::<Tagged>(&Tags::name(ResourceType::ManagedInstance, id)).await?;
        draft.commit().await?;
        if !cx.previewing {
            room.forget(cx, id, &held.document.access_key_id).await?;
        }
        Ok(Output {})
    }
}
