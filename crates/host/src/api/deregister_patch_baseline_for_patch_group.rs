//! `DeregisterPatchBaselineForPatchGroup` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{SSM, baseline_resource};
use crate::baseline::stored::{self, Search};
use crate::errors::HostError;
use crate::group::{self, BaselineUses, PatchGroup, PatchGroups, change_use};
use crate::room::HostRoom;

/// Ends the registration of a baseline for a group. Where there is none, it has ended already.
#[derive(Debug)]
pub struct DeregisterPatchBaselineForPatchGroup;

/// Which baseline, for which group.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeregisterPatchBaselineForPatchGroupRequest")]
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
#[shape(name = "DeregisterPatchBaselineForPatchGroupResult")]
pub struct Output {
    /// As given.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// As given.
    #[shape(default, length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
}

impl Operation for DeregisterPatchBaselineForPatchGroup {
    const NAME: &'static str = "DeregisterPatchBaselineForPatchGroup";
    const ACTION: &'static str = "ssm:DeregisterPatchBaselineForPatchGroup";
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
            match deregister(cx, &permit, &input).await {
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

async fn deregister(cx: &Cx, permit: &Permit, input: &Input) -> Result<(), HostError> {
    let found = match stored::named(cx, &input.baseline_id).await? {
        Search::Found(found) => *found,
        Search::Absent => return Ok(()),
        Search::Malformed => return Err(HostError::InvalidResourceId(input.baseline_id.clone())),
    };
    let system = found.document.operating_system;
    let Some(held) = group::registered(cx, system, &input.patch_group).await? else { return Ok(()) };
    if held.document.baseline(&cx.realm) != found.id {
        return Ok(());
    }
    let name = PatchGroup::name(system, &input.patch_group);
    let used = lifecycle::find::<BaselineUses>(cx, &found.id).await?;
    let mut draft = Draft::new(cx, permit);
    draft.guard::<PatchGroups>(&name, Some(&held.entry));
    draft.retire::<PatchGroups>(&name).await?;
    change_use(&mut draft, &found.id, used.as_ref(), |used| {
        used.patch_groups.retain(|group| *group != input.patch_group);
    })
    .await?;
    draft.commit().await?;
    Ok(())
}
