//! `UpdateThingGroupsForThing` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;

/// Takes a registered device out of some groups and puts it into others, all or nothing.
#[derive(Debug)]
pub struct UpdateThingGroupsForThing;

/// Which thing, which groups.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateThingGroupsForThingRequest")]
pub struct Input {
    /// The thing. The vendor's model does not require it, and its service does.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: Option<String>,
    /// Into these.
    #[shape(each(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+"))]
    pub thing_groups_to_add: Option<Vec<String>>,
    /// Out of these.
    #[shape(each(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+"))]
    pub thing_groups_to_remove: Option<Vec<String>>,
    /// Makes room by leaving a dynamic group. There are none here, so that it says nothing.
    pub override_dynamic_groups: Option<bool>,
}

impl Operation for UpdateThingGroupsForThing {
    const NAME: &'static str = "UpdateThingGroupsForThing";
    const ACTION: &'static str = "iot:UpdateThingGroupsForThing";
    const BINDING: Binding = iot(Method::Put, "/thing-groups/updateThingGroupsForThing", &[]);
    const WRITES: &'static [&'static str] = registry::MEMBERSHIP_WRITES;
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        super::fleet::named_resource(cx, "thing", input.thing_name.as_deref(), None)
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let thing = super::fleet::named(cx, "thing", input.thing_name.as_deref(), None)?;
        let add = input.thing_groups_to_add.as_deref().unwrap_or_default();
        let remove = input.thing_groups_to_remove.as_deref().unwrap_or_default();
        registry::change_groups(cx, &permit, &thing, add, remove).await?;
        Ok(Nothing {})
    }
}
