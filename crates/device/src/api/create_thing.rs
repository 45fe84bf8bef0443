//! `CreateThing` [IoT API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::thing::{AttributePayload, Thing, Things};

/// Registers a device. The same request again succeeds again.
#[derive(Debug)]
pub struct CreateThing;

/// Its name and what is known of it.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateThingRequest")]
pub struct Input {
    /// Never changes.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// Kept and answered; the type need not exist.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_type_name: Option<String>,
    /// Its attributes.
    pub attribute_payload: Option<AttributePayload>,
    /// Kept and answered; the group need not exist.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub billing_group_name: Option<String>,
}

/// Its names.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateThingResponse")]
pub struct Output {
    /// As given.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// Its ARN.
    #[shape(default)]
    pub thing_arn: String,
    /// A UUID.
    #[shape(default)]
    pub thing_id: String,
}

impl Operation for CreateThing {
    const NAME: &'static str = "CreateThing";
    const ACTION: &'static str = "iot:CreateThing";
    const BINDING: Binding = iot(Method::Post, "/things/{thingName}", &[]);
    const WRITES: &'static [&'static str] = &["device/thing"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Thing::arn(&cx.realm, &input.thing_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let input = input.into_inner();
        let name = input.thing_name;
        let next = Thing {
            thing_name: name.clone(),
            thing_id: cx.mint.uuid(),
            thing_type_name: input.thing_type_name,
            attributes: input.attribute_payload.unwrap_or_default().applied_to(&BTreeMap::new()),
            billing_group_name: input.billing_group_name,
            version: 1,
        };
        let arn = Thing::arn(&cx.realm, &name);
        if let Some(held) = lifecycle::find::<Things>(cx, &name).await? {
            let known = held.document.into_inner();
            let same = known.thing_type_name == next.thing_type_name
                && known.attributes == next.attributes
                && known.billing_group_name == next.billing_group_name;
            if !same {
                return Err(DeviceError::already_exists("Thing", &name, &arn));
            }
            return Ok(Output { thing_name: name, thing_arn: arn.to_string(), thing_id: known.thing_id });
        }
        let thing_id = next.thing_id.clone();
        let mut draft = Draft::new(cx, &permit);
        draft.create::<Things>(&name, next).await?;
        draft.commit().await?;
        Ok(Output { thing_name: name, thing_arn: arn.to_string(), thing_id })
    }
}
