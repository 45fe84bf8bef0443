//! `DeleteThing` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::certificate::ThingPrincipals;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::thing::{Thing, Things};
use crate::thing_group::Memberships;

/// Takes a device out of the registry and out of its groups. One that is not registered is deleted already.
#[derive(Debug)]
pub struct DeleteThing;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteThingRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// The version that the caller has seen; any other is a conflict.
    pub expected_version: Option<i64>,
}

impl Operation for DeleteThing {
    const NAME: &'static str = "DeleteThing";
    const ACTION: &'static str = "iot:DeleteThing";
    const BINDING: Binding = iot(Method::Delete, "/things/{thingName}", &["expectedVersion"]);
    const WRITES: &'static [&'static str] = &["device/thing", "device/thing-membership", "device/thing-principals"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Thing::arn(&cx.realm, &input.thing_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let turn = lifecycle::key::<Things>(cx, &input.thing_name);
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match delete(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Nothing {}),
            }
        }
    }
}

async fn delete(cx: &Cx, permit: &Permit, input: &Input) -> Result<(), DeviceError> {
    let name = &input.thing_name;
    let Some(held) = lifecycle::find::<Things>(cx, name).await? else { return Ok(()) };
    super::fleet::expect_version(input.expected_version, held.document.version, name)?;
    let membership = lifecycle::find::<Memberships>(cx, name).await?;
    let principals = lifecycle::find::<ThingPrincipals>(cx, name).await?;
    if let Some(certificate) = principals.as_ref().and_then(|held| held.document.certificates.first()) {
        return Err(DeviceError::InvalidRequest(format!(
            "the thing {name} has principals, such as the certificate {certificate}: detach them first"
        )));
    }
    let mut draft = Draft::new(cx, permit);
    // Whoever puts it into a group meanwhile changes the membership, and then this is a conflict; so with certificates.
    draft.guard::<Things>(name, Some(&held.entry));
    draft.guard::<Memberships>(name, membership.as_ref().map(|held| &held.entry));
    draft.guard::<ThingPrincipals>(name, principals.as_ref().map(|held| &held.entry));
    draft.retire::<Things>(name).await?;
    draft.retire::<Memberships>(name).await?;
    draft.retire::<ThingPrincipals>(name).await?;
    draft.commit().await?;
    Ok(())
}
