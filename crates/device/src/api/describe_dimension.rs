//! `DescribeDimension` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::described_dimension::{DescribedDimension, describe};
use super::iot;
use crate::dimension::{Dimension, Dimensions};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Answers a dimension.
#[derive(Debug)]
pub struct DescribeDimension;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeDimensionRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name: String,
}

impl Operation for DescribeDimension {
    const NAME: &'static str = "DescribeDimension";
    const ACTION: &'static str = "iot:DescribeDimension";
    const BINDING: Binding = iot(Method::Get, "/dimensions/{name}", &[]);
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
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<DescribedDimension, DeviceError> {
        let held = lifecycle::find::<Dimensions>(cx, &input.name).await?;
        Ok(describe(cx, held.ok_or_else(|| DeviceError::not_found("Dimension", &input.name))?))
    }
}
