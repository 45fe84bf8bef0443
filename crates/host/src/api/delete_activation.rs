//! `DeleteActivation` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::activation::Activations;
use crate::errors::HostError;
use crate::room::HostRoom;

/// Deletes an activation. Nodes that have registered with it stay registered.
#[derive(Debug)]
pub struct DeleteActivation;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeleteActivationRequest")]
pub struct Input {
    /// A UUID.
    #[shape(pattern = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    pub activation_id: String,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "DeleteActivationResult")]
pub struct Output {}

impl Operation for DeleteActivation {
    const NAME: &'static str = "DeleteActivation";
    const ACTION: &'static str = "ssm:DeleteActivation";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/activation"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let mut draft = Draft::new(cx, &permit);
        if !draft.retire::<Activations>(&input.activation_id).await? {
            return Err(HostError::InvalidActivationId(input.into_inner().activation_id));
        }
        draft.commit().await?;
        Ok(Output {})
    }
}
