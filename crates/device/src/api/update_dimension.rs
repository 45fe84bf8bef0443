//! `UpdateDimension` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::described_dimension::{DescribedDimension, describe};
use super::iot;
use crate::dimension::{Dimension, Dimensions};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Replaces the topic filters of a dimension.
#[derive(Debug)]
pub struct UpdateDimension;

/// Which one, and what changes.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateDimensionRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name: String,
    /// All of them.
    #[shape(length = 1..=100, each(length = 1..=256))]
    pub string_values: Vec<String>,
}

impl Operation for UpdateDimension {
    const NAME: &'static str = "UpdateDimension";
    const ACTION: &'static str = "iot:UpdateDimension";
    const BINDING: Binding = iot(Method::Patch, "/dimensions/{name}", &[]);
    const WRITES: &'static [&'static str] = &["device/dimension"];
    type Input = Input;
    type Output = DescribedDimension;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Dimension::arn(&cx.realm, &input.name).into()
    }

    async fn call(
        _room: &DeviceRoom,
        cx: &Cx,
        permit: Permit,
        input: Checked<Input>,
    ) -> Result<DescribedDimension, DeviceError> {
        let edit = |prior: &Dimension| Ok(Dimension { string_values: input.string_values.clone(), ..prior.clone() });
        let name = &input.name;
        let updated = lifecycle::update::<Dimensions, DeviceError>(cx, &permit, name, cx.expect, edit).await;
        match updated {
            Ok(held) => Ok(describe(cx, held)),
            Err(DeviceError::NotFound(_)) => Err(DeviceError::not_found("Dimension", name)),
            Err(error) => Err(error),
        }
    }
}
