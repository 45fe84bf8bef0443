//! `RemoveThingFromThingGroup` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;

/// Takes a registered device out of a group. One that is not in it stays out.
#[derive(Debug)]
pub struct RemoveThingFromThingGroup;

/// Which thing, out of which group: each by its name or its ARN.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RemoveThingFromThingGroupRequest")]
pub struct Input {
    /// The group's name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: Option<String>,
    /// The group's ARN.
    pub thing_group_arn: Option<String>,
    /// The thing's name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: Option<String>,
    /// The thing's ARN.
    pub thing_arn: Option<String>,
}

impl Operation for RemoveThingFromThingGroup {
    const NAME: &'static str = "RemoveThingFromThingGroup";
    const ACTION: &'static str = "iot:RemoveThingFromThingGroup";
    const BINDING: Binding = iot(Method::Put, "/thing-groups/removeThingFromThingGroup", &[]);
    const WRITES: &'static [&'static str] = registry::MEMBERSHIP_WRITES;
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        super::fleet::named_resource(cx, "thing", input.thing_name.as_deref(), input.thing_arn.as_deref())
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let group =
            super::fleet::named(cx, "thinggroup", input.thing_group_name.as_deref(), input.thing_group_arn.as_deref())?;
        let thing = super::fleet::named(cx, "thing", input.thing_name.as_deref(), input.thing_arn.as_deref())?;
        registry::change_groups(cx, &permit, &thing, &[], &[group]).await?;
        Ok(Nothing {})
    }
}
