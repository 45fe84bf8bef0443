//! The operations, one in each file, named and spelled as the vendor names and spells them.

use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation};
use bartizan_policy::{AGENT_PREFIX, Cx, lifecycle};
use bartizan_wire::{Arn, ResourceName};

use crate::activation::ManagedInstances;
use crate::baseline;
use crate::errors::HostError;
use crate::room::HostRoom;

pub mod add_tags_to_resource;
pub mod create_activation;
pub mod create_patch_baseline;
pub mod delete_activation;
pub mod delete_patch_baseline;
pub mod deregister_managed_instance;
pub mod deregister_patch_baseline_for_patch_group;
pub mod describe_activations;
pub mod describe_available_patches;
pub mod describe_effective_patches_for_patch_baseline;
pub mod describe_instance_information;
pub mod describe_instance_patch_states;
pub mod describe_instance_patch_states_for_patch_group;
pub mod describe_instance_patches;
pub mod describe_patch_baselines;
pub mod describe_patch_group_state;
pub mod describe_patch_groups;
pub mod describe_patch_properties;
pub mod explain_package;
pub mod get_default_patch_baseline;
pub mod get_patch_baseline;
pub mod get_patch_baseline_for_patch_group;
pub mod list_tags_for_resource;
pub mod register_default_patch_baseline;
pub mod register_managed_instance;
pub mod register_patch_baseline_for_patch_group;
pub mod remove_tags_from_resource;
pub mod report_inventory;
pub mod scan_hosts;
pub mod summarise_host;
mod taggable;
pub mod update_patch_baseline;
pub mod upload_index;

/// How all operations of the vendor are addressed.
pub(crate) const SSM: Binding = Binding::AwsJson { target: "AmazonSSM", signing: "ssm" };

/// Largest body of our own operations that take little, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// What agents may do, beside registering.
pub const AGENT_ACTIONS: &[&str] = &["bartizan:ReportInventory", "bartizan:UploadIndex"];

/// Every operation of this room.
#[must_use]
pub fn operations(room: &Arc<HostRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<add_tags_to_resource::AddTagsToResource>(Arc::clone(room)),
        ErasedOperation::of::<create_activation::CreateActivation>(Arc::clone(room)),
        ErasedOperation::of::<create_patch_baseline::CreatePatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<delete_activation::DeleteActivation>(Arc::clone(room)),
        ErasedOperation::of::<delete_patch_baseline::DeletePatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<deregister_managed_instance::DeregisterManagedInstance>(Arc::clone(room)),
        ErasedOperation::of::<deregister_patch_baseline_for_patch_group::DeregisterPatchBaselineForPatchGroup>(
            Arc::clone(room),
        ),
        ErasedOperation::of::<describe_activations::DescribeActivations>(Arc::clone(room)),
        ErasedOperation::of::<describe_available_patches::DescribeAvailablePatches>(Arc::clone(room)),
        ErasedOperation::of::<describe_effective_patches_for_patch_baseline::DescribeEffectivePatchesForPatchBaseline>(
            Arc::clone(room),
        ),
        ErasedOperation::of::<describe_instance_information::DescribeInstanceInformation>(Arc::clone(room)),
        ErasedOperation::of::<describe_instance_patch_states::DescribeInstancePatchStates>(Arc::clone(room)),
        ErasedOperation::of::<describe_instance_patch_states_for_patch_group::DescribeInstancePatchStatesForPatchGroup>(
            Arc::clone(room),
        ),
        ErasedOperation::of::<describe_instance_patches::DescribeInstancePatches>(Arc::clone(room)),
        ErasedOperation::of::<describe_patch_baselines::DescribePatchBaselines>(Arc::clone(room)),
        ErasedOperation::of::<describe_patch_group_state::DescribePatchGroupState>(Arc::clone(room)),
        ErasedOperation::of::<describe_patch_groups::DescribePatchGroups>(Arc::clone(room)),
        ErasedOperation::of::<describe_patch_properties::DescribePatchProperties>(Arc::clone(room)),
        ErasedOperation::of::<explain_package::ExplainPackage>(Arc::clone(room)),
        ErasedOperation::of::<get_default_patch_baseline::GetDefaultPatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<get_patch_baseline::GetPatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<get_patch_baseline_for_patch_group::GetPatchBaselineForPatchGroup>(Arc::clone(room)),
        ErasedOperation::of::<list_tags_for_resource::ListTagsForResource>(Arc::clone(room)),
        ErasedOperation::of::<register_default_patch_baseline::RegisterDefaultPatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<register_managed_instance::RegisterManagedInstance>(Arc::clone(room)),
        ErasedOperation::of::<register_patch_baseline_for_patch_group::RegisterPatchBaselineForPatchGroup>(Arc::clone(
            room,
        )),
        ErasedOperation::of::<remove_tags_from_resource::RemoveTagsFromResource>(Arc::clone(room)),
        ErasedOperation::of::<report_inventory::ReportInventory>(Arc::clone(room)),
        ErasedOperation::of::<scan_hosts::ScanHosts>(Arc::clone(room)),
        ErasedOperation::of::<summarise_host::SummariseHost>(Arc::clone(room)),
        ErasedOperation::of::<update_patch_baseline::UpdatePatchBaseline>(Arc::clone(room)),
        ErasedOperation::of::<upload_index::UploadIndex>(Arc::clone(room)),
    ]
}

/// What authorization is asked about for the baseline of this identifier.
pub(crate) fn baseline_resource(cx: &Cx, id: &str) -> ResourceName {
    id.parse::<Arn>().unwrap_or_else(|_| baseline::arn(&cx.realm, id)).into()
}

/// What authorization is asked about for a managed node.
pub(crate) fn node_resource(cx: &Cx, instance: &str) -> ResourceName {
    Arn::new("ssm", &cx.realm, &format!("managed-instance/{instance}")).into()
}

/// The registration of a node that reports. An agent reports for its own node alone.
pub(crate) async fn registered_node(cx: &Cx, instance: &str) -> Result<(), HostError> {
    if let Some(own) = cx.principal.name.strip_prefix(AGENT_PREFIX)
        && own != instance
    {
        return Err(HostError::NotYours(format!("the agent of `{own}` cannot report for `{instance}`")));
    }
    match lifecycle::find::<ManagedInstances>(cx, instance).await? {
        Some(_) => Ok(()),
        None => Err(HostError::InvalidInstanceId(instance.to_owned())),
    }
}

/// Refuses to preview what changes no document: observations are taken in or they are not.
pub(crate) fn not_previewed(cx: &Cx) -> Result<(), HostError> {
    if cx.previewing {
        return Err(HostError::Validation(
            "observations are not previewed: repeat the request without /preview".to_owned(),
        ));
    }
    Ok(())
}
