//! `DetachThingPrincipal` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::Nothing;
use super::certificates::PRINCIPAL;
use crate::certificate;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::thing::Thing;

/// A certificate stands for a thing no longer. One that does not is no matter.
#[derive(Debug)]
pub struct DetachThingPrincipal;

/// Which certificate, for which thing.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DetachThingPrincipalRequest")]
pub struct Input {
    /// The thing.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// The ARN of a certificate.
    pub principal: String,
}

impl Operation for DetachThingPrincipal {
    const NAME: &'static str = "DetachThingPrincipal";
    const ACTION: &'static str = "iot:DetachThingPrincipal";
    const BINDING: Binding = Binding::AwsRest {
        method: Method::Delete,
        path: "/things/{thingName}/principals",
        query: &[],
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
        certificate::detach(cx, &permit, &input.thing_name, &id).await?;
        Ok(Nothing {})
    }
}
