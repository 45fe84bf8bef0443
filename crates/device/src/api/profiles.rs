//! Security profiles and what they are made of: the list of their operations.

use std::sync::Arc;

use bartizan_operation::ErasedOperation;

use super::{
    attach_security_profile, create_custom_metric, create_dimension, create_security_profile, delete_custom_metric,
    delete_dimension, delete_security_profile, describe_custom_metric, describe_dimension, describe_security_profile,
    detach_security_profile, list_custom_metrics, list_dimensions, list_security_profiles,
    list_security_profiles_for_target, list_tags_for_resource, list_targets_for_security_profile, tag_resource,
    untag_resource, update_custom_metric, update_dimension, update_security_profile,
    validate_security_profile_behaviors,
};
use crate::room::DeviceRoom;

/// All of them.
pub(super) fn operations(room: &Arc<DeviceRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<attach_security_profile::AttachSecurityProfile>(Arc::clone(room)),
        ErasedOperation::of::<create_custom_metric::CreateCustomMetric>(Arc::clone(room)),
        ErasedOperation::of::<create_dimension::CreateDimension>(Arc::clone(room)),
        ErasedOperation::of::<create_security_profile::CreateSecurityProfile>(Arc::clone(room)),
        ErasedOperation::of::<delete_custom_metric::DeleteCustomMetric>(Arc::clone(room)),
        ErasedOperation::of::<delete_dimension::DeleteDimension>(Arc::clone(room)),
        ErasedOperation::of::<delete_security_profile::DeleteSecurityProfile>(Arc::clone(room)),
        ErasedOperation::of::<describe_custom_metric::DescribeCustomMetric>(Arc::clone(room)),
        ErasedOperation::of::<describe_dimension::DescribeDimension>(Arc::clone(room)),
        ErasedOperation::of::<describe_security_profile::DescribeSecurityProfile>(Arc::clone(room)),
        ErasedOperation::of::<detach_security_profile::DetachSecurityProfile>(Arc::clone(room)),
        ErasedOperation::of::<list_custom_metrics::ListCustomMetrics>(Arc::clone(room)),
        ErasedOperation::of::<list_dimensions::ListDimensions>(Arc::clone(room)),
        ErasedOperation::of::<list_security_profiles::ListSecurityProfiles>(Arc::clone(room)),
        ErasedOperation::of::<list_security_profiles_for_target::ListSecurityProfilesForTarget>(Arc::clone(room)),
        ErasedOperation::of::<list_tags_for_resource::ListTagsForResource>(Arc::clone(room)),
        ErasedOperation::of::<list_targets_for_security_profile::ListTargetsForSecurityProfile>(Arc::clone(room)),
        ErasedOperation::of::<tag_resource::TagResource>(Arc::clone(room)),
        ErasedOperation::of::<untag_resource::UntagResource>(Arc::clone(room)),
        ErasedOperation::of::<update_custom_metric::UpdateCustomMetric>(Arc::clone(room)),
        ErasedOperation::of::<update_dimension::UpdateDimension>(Arc::clone(room)),
        ErasedOperation::of::<update_security_profile::UpdateSecurityProfile>(Arc::clone(room)),
        ErasedOperation::of::<validate_security_profile_behaviors::ValidateSecurityProfileBehaviors>(Arc::clone(room)),
    ]
}
