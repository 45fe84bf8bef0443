//! `DeleteDimension` [IoT API reference]. One that is used cannot be deleted (decision 13); one that is not there is no error.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot, retire};
use crate::dimension::{Dimension, Dimensions};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Deletes a dimension.
#[derive(Debug)]
pub struct DeleteDimension;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteDimensionRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name: String,
}

impl Operation for DeleteDimension {
    const NAME: &'static str = "DeleteDimension";
    const ACTION: &'static str = "iot:DeleteDimension";
    const BINDING: Binding = iot(Method::Delete, "/dimensions/{name}", &[]);
    const WRITES: &'static [&'static str] = &["device/dimension", "device/tags"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Dimension::arn(&cx.realm, &input.name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        retire::retire::<Dimensions>(cx, &permit, &input.name).await?;
        Ok(Nothing {})
    }
}
