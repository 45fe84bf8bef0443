//! `DeleteSecurityProfile` [IoT API reference]. It is detached from its targets; one that is not there is no error
//! (reference 1.2, 6; decision 12).

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::update_security_profile::{compare, one_try};
use super::{Nothing, iot};
use crate::attachment;
use crate::errors::DeviceError;
use crate::profile::{SecurityProfile, SecurityProfiles};
use crate::room::DeviceRoom;
use crate::tags;

/// Deletes a security profile.
#[derive(Debug)]
pub struct DeleteSecurityProfile;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteSecurityProfileRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// The version that the caller saw; any other is a conflict.
    pub expected_version: Option<i64>,
}

impl Operation for DeleteSecurityProfile {
    const NAME: &'static str = "DeleteSecurityProfile";
    const ACTION: &'static str = "iot:DeleteSecurityProfile";
    const BINDING: Binding = iot(Method::Delete, "/security-profiles/{securityProfileName}", &["expectedVersion"]);
    const WRITES: &'static [&'static str] =
        &["device/security-profile", "device/attachment", "device/profile-targets", "device/tags"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        SecurityProfile::arn(&cx.realm, &input.security_profile_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let turn = lifecycle::key::<SecurityProfiles>(cx, &input.security_profile_name);
        let mut tries = Tries::new(cx, &turn, one_try(cx, input.expected_version)).await;
        loop {
            match delete(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Nothing {}),
            }
        }
    }
}

async fn delete(cx: &Cx, permit: &Permit, input: &Input) -> Result<(), DeviceError> {
    let name = &input.security_profile_name;
    let Some(held) = lifecycle::find::<SecurityProfiles>(cx, name).await? else { return Ok(()) };
    compare(cx, input.expected_version, &held)?;
    let mut draft = Draft::new(cx, permit);
    draft.guard::<SecurityProfiles>(name, Some(&held.entry));
    draft.retire::<SecurityProfiles>(name).await?;
    attachment::detach_profile(&mut draft, cx, name).await?;
    tags::forget(&mut draft, &SecurityProfile::arn(&cx.realm, name)).await?;
    draft.commit().await?;
    Ok(())
}
