//! `UpdateThing` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;
use crate::thing::{AttributePayload, Thing, Things};

/// Changes what is known of a registered device.
#[derive(Debug)]
pub struct UpdateThing;

/// What is to change; absent members stay.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateThingRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// Another type.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_type_name: Option<String>,
    /// Its attributes: all of them, or with `merge` those that change.
    pub attribute_payload: Option<AttributePayload>,
    /// The version that the caller has seen; any other is a conflict.
    pub expected_version: Option<i64>,
    /// It has no type any more.
    pub remove_thing_type: Option<bool>,
}

impl Operation for UpdateThing {
    const NAME: &'static str = "UpdateThing";
    const ACTION: &'static str = "iot:UpdateThing";
    const BINDING: Binding = iot(Method::Patch, "/things/{thingName}", &[]);
    const WRITES: &'static [&'static str] = &["device/thing"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Thing::arn(&cx.realm, &input.thing_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let remove_type = input.remove_thing_type == Some(true);
        if remove_type && input.thing_type_name.is_some() {
            return Err(DeviceError::InvalidRequest(
                "thingTypeName and removeThingType exclude each other: send one of them".to_owned(),
            ));
        }
        registry::thing(cx, &input.thing_name).await?;
        let edit = |stored: &Thing| {
            super::fleet::expect_version(input.expected_version, stored.version, &input.thing_name)?;
            let mut next = stored.clone();
            if let Some(payload) = &input.attribute_payload {
                next.attributes = payload.applied_to(&stored.attributes);
            }
            if remove_type {
                next.thing_type_name = None;
            } else if let Some(name) = &input.thing_type_name {
                next.thing_type_name = Some(name.clone());
            }
            next.version = stored.version.saturating_add(1);
            Ok::<_, DeviceError>(next)
        };
        lifecycle::update::<Things, DeviceError>(cx, &permit, &input.thing_name, cx.expect, edit).await?;
        Ok(Nothing {})
    }
}
