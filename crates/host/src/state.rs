//! The patch state of a node, as `DescribeInstancePatchStates` and its sister for groups answer it.

use bartizan_wire::{Shape, Timestamp};
use serde::{Deserialize, Serialize};

use crate::scan::Scan;

/// What a run did [SSM API reference].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
pub enum PatchOperationType {
    /// Looked.
    #[default]
    Scan,
    /// Installed.
    Install,
}

/// What a run does about reboots [SSM API reference].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
pub enum RebootOption {
    /// Reboots where a patch needs it.
    RebootIfNeeded,
    /// Leaves it to others.
    NoReboot,
}

/// The state of one node, by its latest scan [SSM API reference].
#[derive(Debug, Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstancePatchState {
    /// The node.
    #[shape(pattern = r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)")]
    pub instance_id: String,
    /// The group that it was in; empty without.
    #[shape(length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
    /// By which it was judged.
    #[shape(length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// Never answered: snapshots are not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(
        length = 36..=36,
        pattern = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
    )]
    pub snapshot_id: Option<String>,
    /// Never answered: a scan knows no such list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r"^https://.+$|^s3://([^/]+)/(.*?([^/]+))$")]
    pub install_override_list: Option<String>,
    /// Always empty, as the vendor's is.
    #[shape(default, length = 1..=128, sensitive)]
    pub owner_information: String,
    /// Approved and installed.
    #[shape(default)]
    pub installed_count: i32,
    /// Installed and not approved.
    #[shape(default)]
    pub installed_other_count: i32,
    /// Installed, and waiting for a reboot.
    #[shape(default)]
    pub installed_pending_reboot_count: i32,
    /// Installed and blocked.
    #[shape(default)]
    pub installed_rejected_count: i32,
    /// Approved and not installed.
    #[shape(default)]
    pub missing_count: i32,
    /// Approved, tried and not installed.
    #[shape(default)]
    pub failed_count: i32,
    /// Approved, not applicable, and beyond what a report lists.
    #[shape(default)]
    pub unreported_not_applicable_count: i32,
    /// Approved, and nothing is installed that it could update.
    #[shape(default)]
    pub not_applicable_count: i32,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_security_update_count: Option<i32>,
    /// When the scan began.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub operation_start_time: Timestamp,
    /// When it ended.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub operation_end_time: Timestamp,
    /// What was done.
    pub operation: PatchOperationType,
    /// Never answered: nothing is installed from here.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub last_no_reboot_install_operation_time: Option<Timestamp>,
    /// A scan reboots nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reboot_option: Option<RebootOption>,
    /// Not compliant, and of level `CRITICAL`.
    #[shape(default)]
    pub critical_non_compliant_count: i32,
    /// Not compliant, and a security update.
    #[shape(default)]
    pub security_non_compliant_count: i32,
    /// Not compliant, and neither.
    #[shape(default)]
    pub other_non_compliant_count: i32,
}

/// A counter as the vendor's 32-bit signed integer.
#[must_use]
pub fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl From<Scan> for InstancePatchState {
    fn from(scan: Scan) -> Self {
        let counts = scan.counts;
        Self {
            instance_id: scan.instance,
            patch_group: scan.patch_group,
            baseline_id: scan.baseline_id,
            snapshot_id: None,
            install_override_list: None,
            owner_information: String::new(),
            installed_count: count(counts.installed),
            installed_other_count: count(counts.installed_other),
            installed_pending_reboot_count: count(counts.installed_pending_reboot),
            installed_rejected_count: count(counts.installed_rejected),
            missing_count: count(counts.missing),
            failed_count: count(counts.failed),
            unreported_not_applicable_count: 0,
            not_applicable_count: count(counts.not_applicable),
            available_security_update_count: None,
            operation_start_time: scan.started_at,
            operation_end_time: scan.ended_at,
            operation: PatchOperationType::Scan,
            last_no_reboot_install_operation_time: None,
            reboot_option: Some(RebootOption::NoReboot),
            critical_non_compliant_count: count(counts.critical_non_compliant),
            security_non_compliant_count: count(counts.security_non_compliant),
            other_non_compliant_count: count(counts.other_non_compliant),
        }
    }
}
