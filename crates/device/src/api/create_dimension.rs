//! `CreateDimension` [IoT API reference]. The same request with the same token succeeds again.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::dimension::{DIMENSIONS_MAX, Dimension, DimensionType, Dimensions};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::tags::{self, Tag};

/// Creates a dimension.
#[derive(Debug)]
pub struct CreateDimension;

/// A new one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateDimensionRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name: String,
    /// What kind of values it has.
    #[serde(rename = "type")]
    pub dimension_type: DimensionType,
    /// MQTT topic filters.
    #[shape(length = 1..=100, each(length = 1..=256))]
    pub string_values: Vec<String>,
    /// Of the new one.
    pub tags: Option<Vec<Tag>>,
    /// Clients make it up, and send it again with the same request.
    #[shape(length = 1..=64, pattern = r"^[a-zA-Z0-9-_]+$")]
    pub client_request_token: String,
}

/// What it is called.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateDimensionResponse")]
pub struct Output {
    /// As given.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name: String,
    /// Its ARN.
    #[shape(default)]
    pub arn: String,
}

impl Operation for CreateDimension {
    const NAME: &'static str = "CreateDimension";
    const ACTION: &'static str = "iot:CreateDimension";
    const BINDING: Binding = iot(Method::Post, "/dimensions/{name}", &[]);
    const WRITES: &'static [&'static str] = &["device/dimension", "device/tags"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Dimension::arn(&cx.realm, &input.name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        // One turn for all creations of a realm, so that the limit is kept.
        let mut tries = Tries::new(cx, &lifecycle::key::<Dimensions>(cx, ""), None).await;
        loop {
            match create(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

async fn create(cx: &Cx, permit: &Permit, input: &Input) -> Result<Output, DeviceError> {
    let name = &input.name;
    let arn = Dimension::arn(&cx.realm, name);
    let output = Output { name: name.clone(), arn: arn.to_string() };
    if let Some(held) = lifecycle::find::<Dimensions>(cx, name).await? {
        return if held.document.client_request_token == input.client_request_token {
            Ok(output)
        } else {
            Err(DeviceError::already_exists("Dimension", name, &arn))
        };
    }
    if lifecycle::list::<Dimensions>(cx, "").await?.len() >= DIMENSIONS_MAX {
        return Err(DeviceError::LimitExceeded(format!(
            "there are {DIMENSIONS_MAX} dimensions, which is the limit: delete one that is not used first"
        )));
    }
    let document = Dimension {
        dimension_type: input.dimension_type,
        string_values: input.string_values.clone(),
        creation_date: cx.now,
        client_request_token: input.client_request_token.clone(),
        retiring: false,
    };
    let mut draft = Draft::new(cx, permit);
    draft.create::<Dimensions>(name, document).await?;
    tags::set(&mut draft, &arn, input.tags.as_deref().unwrap_or_default()).await?;
    draft.commit().await?;
    Ok(output)
}
