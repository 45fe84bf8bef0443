//! `UpdateThingGroup` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;
use crate::thing_group::{ThingGroup, ThingGroupProperties, ThingGroups};

/// Changes the description and the attributes of a group. Its name and its parent are fixed.
#[derive(Debug)]
pub struct UpdateThingGroup;

/// What is to change; absent members stay.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateThingGroupRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: String,
    /// What is to change.
    pub thing_group_properties: ThingGroupProperties,
    /// The version that the caller has seen; any other is a conflict.
    pub expected_version: Option<i64>,
}

/// The version after the update.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateThingGroupResponse")]
pub struct Output {
    /// One more than before.
    #[shape(default)]
    pub version: i64,
}

impl Operation for UpdateThingGroup {
    const NAME: &'static str = "UpdateThingGroup";
    const ACTION: &'static str = "iot:UpdateThingGroup";
    const BINDING: Binding = iot(Method::Patch, "/thing-groups/{thingGroupName}", &[]);
    const WRITES: &'static [&'static str] = &["device/thing-group"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        ThingGroup::arn(&cx.realm, &input.thing_group_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let name = &input.thing_group_name;
        registry::group(cx, name).await?;
        let given = &input.thing_group_properties;
        let edit = |stored: &ThingGroup| {
            super::fleet::expect_version(input.expected_version, stored.version, name)?;
            let mut next = stored.clone();
            if let Some(description) = &given.thing_group_description {
                next.description = Some(description.clone());
            }
            if let Some(payload) = &given.attribute_payload {
                next.attributes = payload.applied_to(&stored.attributes);
            }
            next.version = stored.version.saturating_add(1);
            Ok::<_, DeviceError>(next)
        };
        let held = lifecycle::update::<ThingGroups, DeviceError>(cx, &permit, name, cx.expect, edit).await?;
        Ok(Output { version: held.document.version })
    }
}
