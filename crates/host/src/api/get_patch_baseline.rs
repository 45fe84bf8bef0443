//! `GetPatchBaseline` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::{SSM, baseline_resource};
use crate::baseline::stored::{self, Search};
use crate::baseline::{
    PatchAction, PatchComplianceLevel, PatchComplianceStatus, PatchFilterGroup, PatchRuleGroup, PatchSource,
};
use crate::errors::HostError;
use crate::group::BaselineUses;
use crate::room::HostRoom;
use crate::system::OperatingSystem;

/// Answers a baseline with every default visible.
#[derive(Debug)]
pub struct GetPatchBaseline;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetPatchBaselineRequest")]
pub struct Input {
    /// Its id, or its ARN; the vendor's go by their ARN alone.
    #[shape(length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
}

/// The baseline.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetPatchBaselineResult")]
pub struct Output {
    /// The bare id of an own one, the ARN of a vendor's.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// Not unique.
    #[shape(default, length = 3..=128, pattern = r"^[a-zA-Z0-9_\-.]{3,128}$")]
    pub name: String,
    /// What it is for.
    #[shape(default)]
    pub operating_system: OperatingSystem,
    /// Never absent: clients follow it without looking.
    #[shape(default)]
    pub global_filters: PatchFilterGroup,
    /// Never absent.
    #[shape(default)]
    pub approval_rules: PatchRuleGroup,
    /// Never absent.
    #[shape(default, length = 0..=50, each(length = 1..=100))]
    pub approved_patches: Vec<String>,
    /// Of the approved list.
    #[shape(default)]
    pub approved_patches_compliance_level: PatchComplianceLevel,
    /// Of the approved list.
    #[shape(default)]
    pub approved_patches_enable_non_security: bool,
    /// Never absent.
    #[shape(default, length = 0..=50, each(length = 1..=100))]
    pub rejected_patches: Vec<String>,
    /// Of the rejected list.
    #[shape(default)]
    pub rejected_patches_action: PatchAction,
    /// Groups that it is registered for, in order.
    #[shape(default, each(length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"))]
    pub patch_groups: Vec<String>,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub created_date: Timestamp,
    /// When it was last updated.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub modified_date: Timestamp,
    /// What it is for, if said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024)]
    pub description: Option<String>,
    /// Never absent.
    #[shape(default, length = 0..=20)]
    pub sources: Vec<PatchSource>,
    /// Windows only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_security_updates_compliance_status: Option<PatchComplianceStatus>,
}

impl Operation for GetPatchBaseline {
    const NAME: &'static str = "GetPatchBaseline";
    const ACTION: &'static str = "ssm:GetPatchBaseline";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        baseline_resource(cx, &input.baseline_id)
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let found = match stored::named(cx, &input.baseline_id).await? {
            Search::Found(found) => *found,
            Search::Absent => return Err(HostError::BaselineDoesNotExist),
            Search::Malformed => return Err(HostError::InvalidResourceId(input.baseline_id.clone())),
        };
        let used = lifecycle::find::<BaselineUses>(cx, &found.id).await?;
        let document = found.document;
        Ok(Output {
            baseline_id: found.id,
            name: document.name,
            operating_system: document.operating_system,
            global_filters: document.global_filters,
            approval_rules: document.approval_rules,
            approved_patches: document.approved_patches,
            approved_patches_compliance_level: document.approved_patches_compliance_level,
            approved_patches_enable_non_security: document.approved_patches_enable_non_security,
            rejected_patches: document.rejected_patches,
            rejected_patches_action: document.rejected_patches_action,
            patch_groups: used.map(|held| held.document.into_inner().patch_groups).unwrap_or_default(),
            created_date: document.created_date,
            modified_date: found.modified,
            description: document.description,
            sources: document.sources,
            available_security_updates_compliance_status: document
                .available_security_updates_compliance_status
                .filter(|_| document.operating_system == OperatingSystem::Windows),
        })
    }
}
