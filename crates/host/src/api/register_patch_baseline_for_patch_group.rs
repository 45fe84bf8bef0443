//! `RegisterPatchBaselineForPatchGroup` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{SSM, baseline_resource};
use crate::baseline::PatchBaselines;
use crate::baseline::stored::{self, Search};
use crate::errors::HostError;
use crate::group::{self, BaselineUses, GROUPS_MAX, PatchGroup, PatchGroups, change_use};
use crate::room::HostRoom;

/// Registers a baseline for a group of hosts. A group has at most one baseline for each operating system.
#[derive(Debug)]
pub struct RegisterPatchBaselineForPatchGroup;

/// Which baseline, for which group.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RegisterPatchBaselineForPatchGroupRequest")]
pub struct Input {
    /// Its id, or its ARN; the vendor's go by their ARN alone.
    #[shape(length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// The value of the hosts' tag.
    #[shape(length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
}

/// Both as they were given.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RegisterPatchBaselineForPatchGroupResult")]
pub struct Output {
    /// As given.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// As given.
    #[shape(default, length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
}

impl Operation for RegisterPatchBaselineForPatchGroup {
    const NAME: &'static str = "RegisterPatchBaselineForPatchGroup";
    const ACTION: &'static str = "ssm:RegisterPatchBaselineForPatchGroup";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/patch-group", "host/baseline-use"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        baseline_resource(cx, &input.baseline_id)
    }

    async fn call(_room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let turn = lifecycle::key::<BaselineUses>(cx, &group::canonical(&cx.realm, &input.baseline_id));
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match register(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    let Input { baseline_id, patch_group } = input.into_inner();
                    return Ok(Output { baseline_id, patch_group });
                }
            }
        }
    }
}

async fn register(cx: &Cx, permit: &Permit, input: &Input) -> Result<(), HostError> {
    let found = match stored::named(cx, &input.baseline_id).await? {
        Search::Found(found) => *found,
        Search::Absent => return Err(HostError::BaselineDoesNotExist),
        Search::Malformed => return Err(HostError::InvalidResourceId(input.baseline_id.clone())),
    };
    let (system, group) = (found.document.operating_system, &input.patch_group);
    if let Some(held) = group::registered(cx, system, group).await? {
        if held.document.baseline(&cx.realm) == found.id {
            return Ok(());
        }
        return Err(HostError::GroupHasBaseline { group: group.clone(), system });
    }
    let used = lifecycle::find::<BaselineUses>(cx, &found.id).await?;
    if used.as_ref().is_some_and(|held| held.document.patch_groups.len() >= GROUPS_MAX) {
        return Err(HostError::LimitExceeded(format!(
            "the baseline is registered for {GROUPS_MAX} patch groups, which is the limit: deregister one of them first"
        )));
    }
    let mut draft = Draft::new(cx, permit);
    // A deletion that comes in between retires the baseline, and then this is a conflict.
    if let Some(entry) = &found.entry {
        draft.guard::<PatchBaselines>(&found.id, Some(entry));
    }
    let registration =
        PatchGroup { operating_system: system, patch_group: group.clone(), baseline_id: input.baseline_id.clone() };
    draft.create::<PatchGroups>(&PatchGroup::name(system, group), registration).await?;
    change_use(&mut draft, &found.id, used.as_ref(), |used| {
        used.patch_groups.push(group.clone());
        used.patch_groups.sort();
    })
    .await?;
    draft.commit().await?;
    Ok(())
}
