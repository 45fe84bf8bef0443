//! `GetDefaultPatchBaseline` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::errors::HostError;
use crate::group;
use crate::room::HostRoom;
use crate::system::OperatingSystem;

/// Answers the default baseline of an operating system: the registered one, or else the vendor's.
#[derive(Debug)]
pub struct GetDefaultPatchBaseline;

/// Whose.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetDefaultPatchBaselineRequest")]
pub struct Input {
    /// `WINDOWS` if absent.
    pub operating_system: Option<OperatingSystem>,
}

/// The default.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetDefaultPatchBaselineResult")]
pub struct Output {
    /// The bare id of an own one, the ARN of a vendor's.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// Whose.
    #[shape(default)]
    pub operating_system: OperatingSystem,
}

impl Operation for GetDefaultPatchBaseline {
    const NAME: &'static str = "GetDefaultPatchBaseline";
    const ACTION: &'static str = "ssm:GetDefaultPatchBaseline";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let operating_system = input.operating_system.unwrap_or_default();
        let baseline_id = group::default_of(cx, operating_system).await?;
        Ok(Output { baseline_id, operating_system })
    }
}
