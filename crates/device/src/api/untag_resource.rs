//! `UntagResource` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::tags;

/// Removes tags of a resource.
#[derive(Debug)]
pub struct UntagResource;

/// Which ones, and of what.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UntagResourceRequest")]
pub struct Input {
    /// A security profile, custom metric, dimension, mitigation action or thing group.
    pub resource_arn: String,
    /// Keys that are not there are no matter.
    #[shape(each(length = 1..=128, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"))]
    pub tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    const NAME: &'static str = "UntagResource";
    const ACTION: &'static str = "iot:UntagResource";
    const BINDING: Binding = iot(Method::Post, "/untag", &[]);
    const WRITES: &'static [&'static str] = &["device/tags"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        input.resource_arn.parse::<Arn>().map_or_else(|_| ResourceName::any(), Into::into)
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        tags::change(cx, &permit, &input.resource_arn, |prior| Ok(prior.without(&input.tag_keys))).await?;
        Ok(Nothing {})
    }
}
