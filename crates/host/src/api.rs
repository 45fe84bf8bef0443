//! The operations, one in each file, named and spelled as the vendor names and spells them.

use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation};
use bartizan_policy::Cx;
use bartizan_wire::{Arn, ResourceName};

use crate::baseline;
use crate::room::HostRoom;

pub mod add_tags_to_resource;
pub mod create_patch_baseline;
pub mod delete_patch_baseline;
pub mod deregister_patch_baseline_for_patch_group;
pub mod describe_patch_baselines;
pub mod describe_patch_groups;
pub mod describe_patch_properties;
pub mod get_default_patch_baseline;
pub mod get_patch_baseline;
pub mod get_patch_baseline_for_patch_group;
pub mod list_tags_for_resource;
pub mod register_default_patch_baseline;
pub mod register_patch_baseline_for_patch_group;
pub mod remove_tags_from_resource;
mod taggable;
pub mod update_patch_baseline;

/// How all operations of the vendor are addressed.
pub(crate) const SSM: Binding = Binding::AwsJson { target: "AmazonSSM", signing: "ssm" };

/// What agents may do, beside registering.
pub const AGENT_ACTIONS: &[&str] = &["bartizan:ReportInventory", "bartizan:UploadIndex"];

/// Every operation of this room.
#[must_use]
pub fn operations(room: &Arc<HostRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<add_tags_to_resource::AddTagsToResource>(Arc::clone(room)),
        ErasedOperation::of::<create_patch_baseline::CreatePatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<delete_patch_baseline::DeletePatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<deregister_patch_baseline_for_patch_group::DeregisterPatchBaselineForPatchGroup>(
            Arc::clone(room),
        ),
        ErasedOperation::of::<describe_patch_baselines::DescribePatchBaselines>(Arc::clone(room)),
        ErasedOperation::of::<describe_patch_groups::DescribePatchGroups>(Arc::clone(room)),
        ErasedOperation::of::<describe_patch_properties::DescribePatchProperties>(Arc::clone(room)),
        ErasedOperation::of::<get_default_patch_baseline::GetDefaultPatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<get_patch_baseline::GetPatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<get_patch_baseline_for_patch_group::GetPatchBaselineForPatchGroup>(Arc::clone(room)),
        ErasedOperation::of::<list_tags_for_resource::ListTagsForResource>(Arc::clone(room)),
        ErasedOperation::of::<register_default_patch_baseline::RegisterDefaultPatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<register_patch_baseline_for_patch_group::RegisterPatchBaselineForPatchGroup>(Arc::clone(
            room,
        )),
        ErasedOperation::of::<remove_tags_from_resource::RemoveTagsFromResource>(Arc::clone(room)),
        ErasedOperation::of::<update_patch_baseline::UpdatePatchBaseline>(Arc::clone(room)),
    ]
}

/// What authorization is asked about for the baseline of this identifier.
pub(crate) fn baseline_resource(cx: &Cx, id: &str) -> ResourceName {
    id.parse::<Arn>().unwrap_or_else(|_| baseline::arn(&cx.realm, id)).into()
}
