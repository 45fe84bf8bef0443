//! `DescribeThing` [IoT API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;
use crate::thing::Thing;

/// Tells what is known of a registered device.
#[derive(Debug)]
pub struct DescribeThing;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeThingRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
}

/// The whole of it.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeThingResponse")]
pub struct Output {
    /// Its name: with which it connects if it does not choose another.
    #[shape(default)]
    pub default_client_id: String,
    /// Its name.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// A UUID.
    #[shape(default)]
    pub thing_id: String,
    /// Its ARN.
    #[shape(default)]
    pub thing_arn: String,
    /// As given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_type_name: Option<String>,
    /// By name.
    #[shape(
        default,
        key(length = ..=128, pattern = r"[a-zA-Z0-9_.,@/:#-]+"),
        each(length = ..=800, pattern = r"[a-zA-Z0-9_.,@/:#=\[\]-]*")
    )]
    pub attributes: BTreeMap<String, String>,
    /// One more with each update.
    #[shape(default)]
    pub version: i64,
    /// As given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub billing_group_name: Option<String>,
}

impl Operation for DescribeThing {
    const NAME: &'static str = "DescribeThing";
    const ACTION: &'static str = "iot:DescribeThing";
    const BINDING: Binding = iot(Method::Get, "/things/{thingName}", &[]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Thing::arn(&cx.realm, &input.thing_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let thing = registry::thing(cx, &input.thing_name).await?.document.into_inner();
        Ok(Output {
            default_client_id: thing.thing_name.clone(),
            thing_arn: Thing::arn(&cx.realm, &thing.thing_name).to_string(),
            thing_name: thing.thing_name,
            thing_id: thing.thing_id,
            thing_type_name: thing.thing_type_name,
            attributes: thing.attributes,
            version: thing.version,
            billing_group_name: thing.billing_group_name,
        })
    }
}
