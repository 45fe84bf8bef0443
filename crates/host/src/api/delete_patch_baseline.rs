//! `DeletePatchBaseline` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{SSM, baseline_resource};
use crate::baseline::{Named, PatchBaselines};
use crate::errors::HostError;
use crate::group::BaselineUses;
use crate::room::HostRoom;
use crate::tags::{ResourceType, Tagged, Tags};

/// Deletes an own baseline that nothing uses. One that does not exist is deleted already.
#[derive(Debug)]
pub struct DeletePatchBaseline;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeletePatchBaselineRequest")]
pub struct Input {
    /// Its id, or its ARN.
    #[shape(length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
}

/// What was deleted.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeletePatchBaselineResult")]
pub struct Output {
    /// Its id.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
}

impl Operation for DeletePatchBaseline {
    const NAME: &'static str = "DeletePatchBaseline";
    const ACTION: &'static str = "ssm:DeletePatchBaseline";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/patch-baseline", "host/baseline-use", "host/tags"];
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
                return Err(HostError::Validation("Patch Baselines owned by AWS cannot be deleted".to_owned()));
            }
            Named::Foreign | Named::Malformed => return Ok(Output { baseline_id: input.baseline_id.clone() }),
        };
        let turn = lifecycle::key::<PatchBaselines>(cx, &id);
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match delete(cx, &permit, &id).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Output { baseline_id: id }),
            }
        }
    }
}

async fn delete(cx: &Cx, permit: &Permit, id: &str) -> Result<(), HostError> {
    let Some(held) = lifecycle::find::<PatchBaselines>(cx, id).await? else { return Ok(()) };
    let used = lifecycle::find::<BaselineUses>(cx, id).await?;
    if let Some(used) = &used {
        if let Some(group) = used.document.patch_groups.first() {
            return Err(HostError::UsedForGroup(group.clone()));
        }
        if used.document.default_for {
            return Err(HostError::IsDefault(held.document.operating_system));
        }
    }
    let mut draft = Draft::new(cx, permit);
    // A registration that comes in between changes the use, and then this is a conflict.
    draft.guard::<PatchBaselines>(id, Some(&held.entry));
    draft.guard::<BaselineUses>(id, used.as_ref().map(|held| &held.entry));
    draft.retire::<PatchBaselines>(id).await?;
    draft.retire::<BaselineUses>(id).await?;
    draft.retire::<Tagged>(&Tags::name(ResourceType::PatchBaseline, id)).await?;
    draft.commit().await?;
    Ok(())
}
