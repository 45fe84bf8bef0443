//! `DescribeEffectivePatchesForPatchBaseline` [SSM API reference].

use std::sync::PoisonError;

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, aside};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::{Deserialize, Serialize};

use super::{SSM, baseline_resource};
use crate::baseline::PatchComplianceLevel;
use crate::baseline::stored::{self, Search};
use crate::catalogue::{SlotId, VersionId};
use crate::engine::{Answer, Candidate, DateRecord, Group, HostView, Marks, Plan, Standing, decide};
use crate::errors::HostError;
use crate::patch::Patch;
use crate::room::{Facts, First, HostRoom, compiled};
use bartizan_operation::page::{self, Pager};

/// Lists what a baseline makes of the patches that the package indices of the realm's hosts offer. The vendor does this
/// for Windows alone.
#[derive(Debug)]
pub struct DescribeEffectivePatchesForPatchBaseline;

/// Which baseline.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeEffectivePatchesForPatchBaselineRequest")]
pub struct Input {
    /// Its id, or its ARN; the vendor's go by their ARN alone.
    #[shape(length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// At most so many; 50 if absent.
    #[shape(range = 1..=100)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeEffectivePatchesForPatchBaselineResult")]
pub struct Output {
    /// By product, name and architecture.
    #[shape(default)]
    pub effective_patches: Vec<EffectivePatch>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A patch, and what the baseline makes of it.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EffectivePatch {
    /// The patch.
    #[shape(default)]
    pub patch: Patch,
    /// What the baseline makes of it.
    #[shape(default)]
    pub patch_status: PatchStatus,
}

/// What a baseline makes of a patch.
#[derive(Debug, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchStatus {
    /// Approved or not.
    #[shape(default)]
    pub deployment_status: PatchDeploymentStatus,
    /// How important it is to the organisation.
    #[shape(default)]
    pub compliance_level: PatchComplianceLevel,
    /// When it was or will be approved; not known for apt families.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub approval_date: Option<Timestamp>,
}

/// Approved or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PatchDeploymentStatus {
    /// A rule approves it.
    #[default]
    Approved,
    /// A rule will.
    PendingApproval,
    /// The approved list names it.
    ExplicitApproved,
    /// The rejected list names it.
    ExplicitRejected,
}

const PAGE_DEFAULT: usize = 50;

impl Operation for DescribeEffectivePatchesForPatchBaseline {
    const NAME: &'static str = "DescribeEffectivePatchesForPatchBaseline";
    const ACTION: &'static str = "ssm:DescribeEffectivePatchesForPatchBaseline";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        baseline_resource(cx, &input.baseline_id)
    }

    async fn call(room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let found = match stored::named(cx, &input.baseline_id).await? {
            Search::Found(found) => *found,
            Search::Absent => return Err(HostError::BaselineDoesNotExist),
            Search::Malformed => return Err(HostError::InvalidResourceId(input.baseline_id.clone())),
        };
        let plan = compiled(&found)?.ok_or_else(|| {
            HostError::UnsupportedOperatingSystem(format!(
                "patches of OperatingSystem {} are not known here; only those of apt families are",
                found.document.operating_system
            ))
        })?;
        // Bound to the revision: the pages of an edited baseline do not fit together.
        let revision = found.entry.as_ref().map(|entry| entry.revision);
        let pager = Pager::new(Self::NAME, &cx.realm, &(&found.id, revision));
        let after = pager.open(input.next_token.as_deref()).map_err(HostError::token_is_not_modelled)?;
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let (facts, now) = (room.facts(&cx.realm), cx.now);
        let (effective_patches, last) = aside(move || effective(&facts, &plan, now, First::new(after, limit))).await?;
        Ok(Output { effective_patches, next_token: last.map(|last| pager.seal(&last)) })
    }
}

fn effective(
    facts: &Facts,
    plan: &Plan,
    now: Timestamp,
    mut first: First<EffectivePatch>,
) -> (Vec<EffectivePatch>, Option<String>) {
    let fleet = facts.fleet.read().unwrap_or_else(PoisonError::into_inner);
    for group in fleet.groups().filter(|group| group.family() == plan.family()) {
        let table = group.table(plan, now);
        let catalogue = group.catalogue();
        for slot in (0..catalogue.slots()).map(SlotId) {
            let name = catalogue.label(slot).0;
            for id in catalogue.offers(slot) {
                let Some(version) = catalogue.version(id) else { continue };
                let standing = table.standing(id);
                first.offer(Patch::key(group.product(), name, &version), || {
                    let patch_status = status(group, plan, now, slot, id, standing?)?;
                    Some(EffectivePatch { patch: Patch::of(group.product(), name, &version), patch_status })
                });
            }
        }
    }
    first.finish()
}

/// `None` for a patch that the baseline neither approves, nor will, nor rejects.
fn status(
    group: &Group,
    plan: &Plan,
    now: Timestamp,
    slot: SlotId,
    id: VersionId,
    standing: Standing,
) -> Option<PatchStatus> {
    if standing == Standing::Rejected {
        return Some(PatchStatus {
            deployment_status: PatchDeploymentStatus::ExplicitRejected,
            ..PatchStatus::default()
        });
    }
    let package = group.catalogue().package(slot, None);
    let host = HostView { product: group.product(), now };
    let at = package.ids.iter().position(|other| *other == id)?;
    let version = package.versions.get(at)?;
    let decision = decide(plan, &host, &package.view(Marks::default()));
    let same =
        |candidate: &&Candidate| candidate.version == version.version && candidate.architecture == version.architecture;
    let candidate = decision.candidates.iter().find(same)?;
    let by_rule = candidate.rules.iter().any(|rule| matches!(rule.answer, Answer::Approved { .. }));
    let held_back = candidate
        .rules
        .iter()
        .any(|rule| matches!(rule.answer, Answer::HeldBack { date: DateRecord::FirstSeen { .. } }));
    let deployment_status = match (standing, by_rule, held_back) {
        (Standing::Approved, true, _) => PatchDeploymentStatus::Approved,
        (Standing::Approved, false, _) => PatchDeploymentStatus::ExplicitApproved,
        (_, _, true) => PatchDeploymentStatus::PendingApproval,
        _ => return None,
    };
    Some(PatchStatus { deployment_status, compliance_level: candidate.level.into(), approval_date: None })
}
