//! `DescribeSecurityProfile` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::described::{Described, describe};
use super::iot;
use crate::errors::DeviceError;
use crate::profile::{SecurityProfile, SecurityProfiles};
use crate::room::DeviceRoom;

/// Answers a security profile.
#[derive(Debug)]
pub struct DescribeSecurityProfile;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeSecurityProfileRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
}

impl Operation for DescribeSecurityProfile {
    const NAME: &'static str = "DescribeSecurityProfile";
    const ACTION: &'static str = "iot:DescribeSecurityProfile";
    const BINDING: Binding = iot(Method::Get, "/security-profiles/{securityProfileName}", &[]);
    type Input = Input;
    type Output = Described;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        SecurityProfile::arn(&cx.realm, &input.security_profile_name).into()
    }

    async fn call(_: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Described, DeviceError> {
        let held = lifecycle::find::<SecurityProfiles>(cx, &input.security_profile_name).await?;
        let held = held.ok_or_else(|| DeviceError::not_found("SecurityProfile", &input.security_profile_name))?;
        Ok(describe(cx, held))
    }
}
