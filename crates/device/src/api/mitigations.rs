//! Mitigation actions and the tasks that carry them out: the list of their operations.

use std::sync::Arc;

use bartizan_operation::ErasedOperation;

use super::{
    cancel_detect_mitigation_actions_task, create_mitigation_action, delete_mitigation_action,
    describe_detect_mitigation_actions_task, describe_mitigation_action, list_detect_mitigation_actions_executions,
    list_detect_mitigation_actions_tasks, list_mitigation_actions, start_detect_mitigation_actions_task,
    update_mitigation_action,
};
use crate::room::DeviceRoom;

/// All of them.
pub(super) fn operations(room: &Arc<DeviceRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<cancel_detect_mitigation_actions_task::CancelDetectMitigationActionsTask>(Arc::clone(
            room,
        )),
        ErasedOperation::of::<create_mitigation_action::CreateMitigationAction>(Arc::clone(room)),
        ErasedOperation::of::<delete_mitigation_action::DeleteMitigationAction>(Arc::clone(room)),
        ErasedOperation::of::<describe_detect_mitigation_actions_task::DescribeDetectMitigationActionsTask>(
            Arc::clone(room),
        ),
        ErasedOperation::of::<describe_mitigation_action::DescribeMitigationAction>(Arc::clone(room)),
        ErasedOperation::of::<list_detect_mitigation_actions_executions::ListDetectMitigationActionsExecutions>(
            Arc::clone(room),
        ),
        ErasedOperation::of::<list_detect_mitigation_actions_tasks::ListDetectMitigationActionsTasks>(Arc::clone(room)),
        ErasedOperation::of::<list_mitigation_actions::ListMitigationActions>(Arc::clone(room)),
        ErasedOperation::of::<start_detect_mitigation_actions_task::StartDetectMitigationActionsTask>(Arc::clone(room)),
        ErasedOperation::of::<update_mitigation_action::UpdateMitigationAction>(Arc::clone(room)),
    ]
}
