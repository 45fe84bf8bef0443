//! The operations of what is observed: violations, values, publishing.

use std::sync::Arc;

use bartizan_operation::ErasedOperation;

use super::{
    enroll_device, get_behavior_model_training_summaries, list_active_violations, list_metric_values,
    list_violation_events, notice_events, publish, put_verification_state_on_violation, suggest_threshold,
};
use crate::room::DeviceRoom;

/// Those of reports, values and violations.
pub(super) fn operations(room: &Arc<DeviceRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<enroll_device::EnrollDevice>(Arc::clone(room)),
        ErasedOperation::of::<get_behavior_model_training_summaries::GetBehaviorModelTrainingSummaries>(Arc::clone(
            room,
        )),
        ErasedOperation::of::<list_active_violations::ListActiveViolations>(Arc::clone(room)),
        ErasedOperation::of::<list_metric_values::ListMetricValues>(Arc::clone(room)),
        ErasedOperation::of::<list_violation_events::ListViolationEvents>(Arc::clone(room)),
        ErasedOperation::of::<notice_events::NoticeEvents>(Arc::clone(room)),
        ErasedOperation::of::<publish::Publish>(Arc::clone(room)),
        ErasedOperation::of::<put_verification_state_on_violation::PutVerificationStateOnViolation>(Arc::clone(room)),
        ErasedOperation::of::<suggest_threshold::SuggestThreshold>(Arc::clone(room)),
    ]
}
