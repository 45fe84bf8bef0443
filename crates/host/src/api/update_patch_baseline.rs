//! `UpdatePatchBaseline` [SSM API reference]: the members that are given replace their predecessors; with `Replace`
//! those that are not given go back to their defaults.

use bartizan_operation::{Binding, Operation, ServiceError};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, Path, ResourceName, Rule, Shape, Timestamp, Violations};
use serde::Serialize;

use super::{SSM, baseline_resource};
use crate::baseline::{
    self, Fields, Named, PatchAction, PatchBaselines, PatchComplianceLevel, PatchComplianceStatus, PatchFilterGroup,
    PatchRuleGroup, PatchSource,
};
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::system::OperatingSystem;

/// Updates an own baseline. What follows from it is seen at the next scan.
#[derive(Debug)]
pub struct UpdatePatchBaseline;

/// Which one, and what changes.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdatePatchBaselineRequest")]
pub struct Input {
    /// Its id, or its ARN.
    #[shape(length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// Required with `Replace`.
    #[shape(length = 3..=128, pattern = r"^[a-zA-Z0-9_\-.]{3,128}$")]
    pub name: Option<String>,
    /// All of them.
    pub global_filters: Option<PatchFilterGroup>,
    /// All of them.
    pub approval_rules: Option<PatchRuleGroup>,
    /// All of them; an empty list empties it.
    #[shape(length = 0..=50, each(length = 1..=100))]
    pub approved_patches: Option<Vec<String>>,
    /// Of the approved list.
    pub approved_patches_compliance_level: Option<PatchComplianceLevel>,
    /// Of the approved list.
    pub approved_patches_enable_non_security: Option<bool>,
    /// All of them; an empty list empties it.
    #[shape(length = 0..=50, each(length = 1..=100))]
    pub rejected_patches: Option<Vec<String>>,
    /// Of the rejected list.
    pub rejected_patches_action: Option<PatchAction>,
    /// What it is for.
    #[shape(length = 1..=1024)]
    pub description: Option<String>,
    /// All of them; an empty list empties it.
    #[shape(length = 0..=20)]
    pub sources: Option<Vec<PatchSource>>,
    /// Windows only.
    pub available_security_updates_compliance_status: Option<PatchComplianceStatus>,
    /// Members that are not given go back to their defaults.
    pub replace: Option<bool>,
}

/// The baseline after the update.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdatePatchBaselineResult")]
pub struct Output {
    /// Its id.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// Not unique.
    #[shape(default, length = 3..=128, pattern = r"^[a-zA-Z0-9_\-.]{3,128}$")]
    pub name: String,
    /// Never changes.
    #[shape(default)]
    pub operating_system: OperatingSystem,
    /// Never absent.
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
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub created_date: Timestamp,
    /// Now.
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

impl Input {
    fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            global_filters: self.global_filters.clone(),
            approval_rules: self.approval_rules.clone(),
            approved_patches: self.approved_patches.clone(),
            approved_patches_compliance_level: self.approved_patches_compliance_level,
            approved_patches_enable_non_security: self.approved_patches_enable_non_security,
            rejected_patches: self.rejected_patches.clone(),
            rejected_patches_action: self.rejected_patches_action,
            description: self.description.clone(),
            sources: self.sources.clone(),
            available_security_updates_compliance_status: self.available_security_updates_compliance_status,
        }
    }
}

impl Operation for UpdatePatchBaseline {
    const NAME: &'static str = "UpdatePatchBaseline";
    const ACTION: &'static str = "ssm:UpdatePatchBaseline";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/patch-baseline"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        baseline_resource(cx, &input.baseline_id)
    }

    async fn call(_room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let id = match Named::read(&cx.realm, &input.baseline_id) {
            Named::Own(id) => id,
            Named::Predefined(_) => {
                return Err(HostError::Validation(
                    "Patch Baselines owned by AWS cannot be updated: create one of your own".to_owned(),
                ));
            }
            Named::Foreign | Named::Malformed => return Err(HostError::BaselineDoesNotExist),
        };
        let name = match (&input.name, input.replace) {
            (Some(name), _) => name.as_str(),
            (None, Some(true)) => return Err(name_is_required()),
            (None, _) => "",
        };
        let edit = |prior: &baseline::PatchBaseline| {
            Ok::<_, HostError>(if input.replace == Some(true) {
                baseline::replace(prior, name, input.fields())
            } else {
                baseline::update(prior, input.fields())
            })
        };
        let held = lifecycle::update::<PatchBaselines, HostError>(cx, &permit, &id, cx.expect, edit).await?;
        let document = held.document.into_inner();
        Ok(Output {
            baseline_id: id,
            name: document.name,
            operating_system: document.operating_system,
            global_filters: document.global_filters,
            approval_rules: document.approval_rules,
            approved_patches: document.approved_patches,
            approved_patches_compliance_level: document.approved_patches_compliance_level,
            approved_patches_enable_non_security: document.approved_patches_enable_non_security,
            rejected_patches: document.rejected_patches,
            rejected_patches_action: document.rejected_patches_action,
            created_date: document.created_date,
            modified_date: held.entry.stamp.at,
            description: document.description,
            sources: document.sources,
            available_security_updates_compliance_status: document
                .available_security_updates_compliance_status
                .filter(|_| document.operating_system == OperatingSystem::Windows),
        })
    }
}

/// With `Replace`, the members that creation requires are required.
fn name_is_required() -> HostError {
    let mut out = Violations::new();
    Path::root().member("Name", |at| out.push(at, None, Rule::Required));
    HostError::from_violations(out)
}
