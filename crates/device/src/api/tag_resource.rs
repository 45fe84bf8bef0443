//! `TagResource` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::tags::{self, Tag};

/// Adds tags to a resource.
#[derive(Debug)]
pub struct TagResource;

/// Which ones, and of what.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "TagResourceRequest")]
pub struct Input {
    /// A security profile, custom metric, dimension, mitigation action or thing group.
    pub resource_arn: String,
    /// Added; one of a key that is there already replaces it.
    pub tags: Vec<Tag>,
}

impl Operation for TagResource {
    const NAME: &'static str = "TagResource";
    const ACTION: &'static str = "iot:TagResource";
    const BINDING: Binding = iot(Method::Post, "/tags", &[]);
    const WRITES: &'static [&'static str] = &["device/tags"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        input.resource_arn.parse::<Arn>().map_or_else(|_| ResourceName::any(), Into::into)
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        tags::change(cx, &permit, &input.resource_arn, |prior| prior.with(&input.tags)).await?;
        Ok(Nothing {})
    }
}
