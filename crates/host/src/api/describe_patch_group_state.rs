//! `DescribePatchGroupState` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::scan::{self, Counts};

/// Counts the nodes of a group by what their latest scans found. It counts nodes, not patches.
#[derive(Debug)]
pub struct DescribePatchGroupState;

/// Which group.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribePatchGroupStateRequest")]
pub struct Input {
    /// In which the nodes were when they were scanned.
    #[shape(length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
}

/// Nodes with at least one patch in a state.
#[derive(Debug, Default, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribePatchGroupStateResult")]
pub struct Output {
    /// Nodes of the group.
    #[shape(default)]
    pub instances: i32,
    /// With patches that are installed.
    #[shape(default)]
    pub instances_with_installed_patches: i32,
    /// With others that are installed.
    #[shape(default)]
    pub instances_with_installed_other_patches: i32,
    /// With patches that wait for a reboot.
    #[shape(default)]
    pub instances_with_installed_pending_reboot_patches: i32,
    /// With patches that are blocked.
    #[shape(default)]
    pub instances_with_installed_rejected_patches: i32,
    /// With patches that are missing.
    #[shape(default)]
    pub instances_with_missing_patches: i32,
    /// With patches that failed.
    #[shape(default)]
    pub instances_with_failed_patches: i32,
    /// With patches that are not applicable.
    #[shape(default)]
    pub instances_with_not_applicable_patches: i32,
    /// With more of them than a report lists.
    #[shape(default)]
    pub instances_with_unreported_not_applicable_patches: i32,
    /// With patches of level `CRITICAL` that are not compliant.
    #[shape(default)]
    pub instances_with_critical_non_compliant_patches: i32,
    /// With security updates that are not compliant.
    #[shape(default)]
    pub instances_with_security_non_compliant_patches: i32,
    /// With others that are not compliant.
    #[shape(default)]
    pub instances_with_other_non_compliant_patches: i32,
    /// Windows only.
    #[shape(default)]
    pub instances_with_available_security_updates: i32,
}

impl Output {
    fn add(&mut self, counts: Counts) {
        let one = |count: u32| i32::from(count > 0);
        self.instances += 1;
        self.instances_with_installed_patches += one(counts.installed);
        self.instances_with_installed_other_patches += one(counts.installed_other);
        self.instances_with_installed_pending_reboot_patches += one(counts.installed_pending_reboot);
        self.instances_with_installed_rejected_patches += one(counts.installed_rejected);
        self.instances_with_missing_patches += one(counts.missing);
        self.instances_with_failed_patches += one(counts.failed);
        self.instances_with_not_applicable_patches += one(counts.not_applicable);
        self.instances_with_critical_non_compliant_patches += one(counts.critical_non_compliant);
        self.instances_with_security_non_compliant_patches += one(counts.security_non_compliant);
        self.instances_with_other_non_compliant_patches += one(counts.other_non_compliant);
    }
}

impl Operation for DescribePatchGroupState {
    const NAME: &'static str = "DescribePatchGroupState";
    const ACTION: &'static str = "ssm:DescribePatchGroupState";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let mut state = Output::default();
        for scan in scan::all(cx).await? {
            if scan.patch_group == input.patch_group {
                state.add(scan.counts);
            }
        }
        Ok(state)
    }
}
