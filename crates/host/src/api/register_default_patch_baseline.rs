//! `RegisterDefaultPatchBaseline` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{SSM, baseline_resource};
use crate::baseline::PatchBaselines;
use crate::baseline::stored::{self, Search};
use crate::errors::HostError;
use crate::group::{BaselineUses, DefaultBaseline, DefaultBaselines, change_use};
use crate::predefined;
use crate::room::HostRoom;

/// Makes a baseline the default of its operating system. The one before is a baseline like any other from then on.
#[derive(Debug)]
pub struct RegisterDefaultPatchBaseline;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RegisterDefaultPatchBaselineRequest")]
pub struct Input {
    /// Its id, or its ARN; the vendor's go by their ARN alone.
    #[shape(length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
}

/// The default.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RegisterDefaultPatchBaselineResult")]
pub struct Output {
    /// The bare id of an own one, the ARN of a vendor's.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
}

impl Operation for RegisterDefaultPatchBaseline {
    const NAME: &'static str = "RegisterDefaultPatchBaseline";
    const ACTION: &'static str = "ssm:RegisterDefaultPatchBaseline";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/default-baseline", "host/baseline-use"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        baseline_resource(cx, &input.baseline_id)
    }

    async fn call(_room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let turn = lifecycle::key::<DefaultBaselines>(cx, "");
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match register(cx, &permit, &input.baseline_id).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|baseline_id| Output { baseline_id }),
            }
        }
    }
}

async fn register(cx: &Cx, permit: &Permit, given: &str) -> Result<String, HostError> {
    let found = match stored::named(cx, given).await? {
        Search::Found(found) => *found,
        Search::Absent => return Err(HostError::BaselineDoesNotExist),
        Search::Malformed => return Err(HostError::InvalidResourceId(given.to_owned())),
    };
    let system = found.document.operating_system;
    let before = lifecycle::find::<DefaultBaselines>(cx, system.as_wire()).await?;
    let vendors = predefined::default_of(&cx.realm, system).is_some_and(|one| one.arn == found.id);
    let already = match &before {
        Some(held) => held.document.baseline_id == found.id,
        None => vendors,
    };
    if already {
        return Ok(found.id);
    }
    let mut draft = Draft::new(cx, permit);
    if let Some(entry) = &found.entry {
        draft.guard::<PatchBaselines>(&found.id, Some(entry));
    }
    draft.guard::<DefaultBaselines>(system.as_wire(), before.as_ref().map(|held| &held.entry));
    if let Some(held) = &before {
        mark(cx, &mut draft, &held.document.baseline_id, false).await?;
    }
    if vendors {
        // Without a registered default, the vendor's is the default.
        draft.retire::<DefaultBaselines>(system.as_wire()).await?;
    } else {
        let next = DefaultBaseline { operating_system: system, baseline_id: found.id.clone() };
        draft.put::<DefaultBaselines>(system.as_wire(), next).await?;
        mark(cx, &mut draft, &found.id, true).await?;
    }
    draft.commit().await?;
    Ok(found.id)
}

async fn mark(cx: &Cx, draft: &mut Draft<'_>, id: &str, default_for: bool) -> Result<(), HostError> {
    let seen = lifecycle::find::<BaselineUses>(cx, id).await?;
    Ok(change_use(draft, id, seen.as_ref(), |used| used.default_for = default_for).await?)
}
