//! `GetPatchBaselineForPatchGroup` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::errors::HostError;
use crate::group;
use crate::room::HostRoom;
use crate::system::OperatingSystem;

/// Answers the baseline that a group's hosts follow: the registered one, or else the default.
#[derive(Debug)]
pub struct GetPatchBaselineForPatchGroup;

/// Which group.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetPatchBaselineForPatchGroupRequest")]
pub struct Input {
    /// The value of the hosts' tag.
    #[shape(length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
    /// `WINDOWS` if absent.
    pub operating_system: Option<OperatingSystem>,
}

/// What its hosts of that operating system follow.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetPatchBaselineForPatchGroupResult")]
pub struct Output {
    /// As registered.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// As given.
    #[shape(default, length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
    /// Whose.
    #[shape(default)]
    pub operating_system: OperatingSystem,
}

impl Operation for GetPatchBaselineForPatchGroup {
    const NAME: &'static str = "GetPatchBaselineForPatchGroup";
    const ACTION: &'static str = "ssm:GetPatchBaselineForPatchGroup";
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
        let baseline_id = match group::registered(cx, operating_system, &input.patch_group).await? {
            Some(held) => held.document.baseline_id.clone(),
            None => group::default_of(cx, operating_system).await?,
        };
        Ok(Output { baseline_id, patch_group: input.into_inner().patch_group, operating_system })
    }
}
