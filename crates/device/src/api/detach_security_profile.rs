//! `DetachSecurityProfile` [IoT API reference]. What is not attached is detached already.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::attachment::{self, Attachments};
use crate::errors::DeviceError;
use crate::profile::SecurityProfile;
use crate::room::DeviceRoom;
use crate::target::Target;

/// Detaches a security profile from a target; alarms that nothing covers any more become invalid.
#[derive(Debug)]
pub struct DetachSecurityProfile;

/// What from what.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DetachSecurityProfileRequest")]
pub struct Input {
    /// The profile.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// The target.
    pub security_profile_target_arn: String,
}

impl Operation for DetachSecurityProfile {
    const NAME: &'static str = "DetachSecurityProfile";
    const ACTION: &'static str = "iot:DetachSecurityProfile";
    const BINDING: Binding =
        iot(Method::Delete, "/security-profiles/{securityProfileName}/targets", &["securityProfileTargetArn"]);
    const WRITES: &'static [&'static str] = &["device/attachment", "device/profile-targets"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        SecurityProfile::arn(&cx.realm, &input.security_profile_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let target = Target::read(&cx.realm, &input.security_profile_target_arn)?;
        let turn = lifecycle::key::<Attachments>(cx, &target.key());
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match detach(cx, &permit, &input.security_profile_name, &target).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Nothing {}),
            }
        }
    }
}

async fn detach(cx: &Cx, permit: &Permit, profile: &str, target: &Target) -> Result<(), DeviceError> {
    let mut draft = Draft::new(cx, permit);
    attachment::guard_profile(&mut draft, cx, profile).await?;
    attachment::detach(&mut draft, cx, profile, target).await?;
    if !draft.is_empty() {
        draft.commit().await?;
    }
    Ok(())
}
