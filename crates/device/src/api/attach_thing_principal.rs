//! `AttachThingPrincipal` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::{Deserialize, Serialize};

use super::Nothing;
use super::certificates::PRINCIPAL;
use crate::certificate;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::thing::Thing;

/// Lets a certificate stand for a thing. One that does already goes on.
#[derive(Debug)]
pub struct AttachThingPrincipal;

/// Which certificate, for which thing.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "AttachThingPrincipalRequest")]
pub struct Input {
    /// The thing.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// The ARN of a certificate.
    pub principal: String,
    /// Whether it may stand for other things as well; yes, if absent.
    pub thing_principal_type: Option<ThingPrincipalType>,
}

/// Whether a certificate may stand for several things [IoT API reference, `ThingPrincipalType`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ThingPrincipalType {
    /// For this one alone.
    ExclusiveThing,
    /// For others as well.
    NonExclusiveThing,
}

impl Operation for AttachThingPrincipal {
    const NAME: &'static str = "AttachThingPrincipal";
    const ACTION: &'static str = "iot:AttachThingPrincipal";
    const BINDING: Binding = Binding::AwsRest {
        method: Method::Put,
        path: "/things/{thingName}/principals",
        query: &["thingPrincipalType"],
        elsewhere: &[PRINCIPAL],
        payload: None,
        signing: &["iot"],
    };
    const WRITES: &'static [&'static str] = certificate::PRINCIPAL_WRITES;
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Thing::arn(&cx.realm, &input.thing_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let id = certificate::of_arn(&cx.realm, &input.principal)?;
        let exclusive = input.thing_principal_type == Some(ThingPrincipalType::ExclusiveThing);
        certificate::attach(cx, &permit, &input.thing_name, &id, exclusive).await?;
        Ok(Nothing {})
    }
}
