//! The operations, one in each file, named and spelled as the vendor names and spells them.

use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation};
use bartizan_policy::Cx;
use bartizan_wire::{Arn, ResourceName};

use crate::baseline;
use crate::room::HostRoom;

pub mod create_patch_baseline;
pub mod delete_patch_baseline;
pub mod get_patch_baseline;
pub mod update_patch_baseline;

/// How all operations of the vendor are addressed.
pub(crate) const SSM: Binding = Binding::AwsJson { target: "AmazonSSM", signing: "ssm" };

/// Every operation of this room.
#[must_use]
pub fn operations(room: &Arc<HostRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<create_patch_baseline::CreatePatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<delete_patch_baseline::DeletePatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<get_patch_baseline::GetPatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<update_patch_baseline::UpdatePatchBaseline>(Arc::clone(room)),
    ]
}

/// What authorization is asked about for the baseline of this identifier.
pub(crate) fn baseline_resource(cx: &Cx, id: &str) -> ResourceName {
    id.parse::<Arn>().unwrap_or_else(|_| baseline::arn(&cx.realm, id)).into()
}
