//! The operations, one in each file, named and spelled as the vendor names and spells them.

use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation, Method};

use crate::room::DeviceRoom;

pub mod add_thing_to_thing_group;
pub mod attach_security_profile;
pub mod attach_thing_principal;
pub mod cancel_detect_mitigation_actions_task;
mod certificates;
pub mod create_custom_metric;
pub mod create_dimension;
pub mod create_mitigation_action;
pub mod create_security_profile;
pub mod create_thing;
pub mod create_thing_group;
pub mod delete_certificate;
pub mod delete_custom_metric;
pub mod delete_dimension;
pub mod delete_mitigation_action;
pub mod delete_security_profile;
pub mod delete_thing;
pub mod delete_thing_group;
pub mod describe_certificate;
pub mod describe_custom_metric;
pub mod describe_detect_mitigation_actions_task;
pub mod describe_dimension;
pub mod describe_endpoint;
pub mod describe_mitigation_action;
pub mod describe_security_profile;
pub mod describe_thing;
pub mod describe_thing_group;
mod described;
mod described_dimension;
mod described_metric;
pub mod detach_security_profile;
pub mod detach_thing_principal;
pub mod enroll_device;
mod fleet;
pub mod get_behavior_model_training_summaries;
mod identifier;
pub mod list_active_violations;
pub mod list_certificates;
pub mod list_custom_metrics;
pub mod list_detect_mitigation_actions_executions;
pub mod list_detect_mitigation_actions_tasks;
pub mod list_dimensions;
pub mod list_metric_values;
pub mod list_mitigation_actions;
pub mod list_principal_things;
pub mod list_security_profiles;
pub mod list_security_profiles_for_target;
pub mod list_tags_for_resource;
pub mod list_targets_for_security_profile;
pub mod list_thing_groups;
pub mod list_thing_groups_for_thing;
pub mod list_thing_principals;
pub mod list_things;
pub mod list_things_in_thing_group;
pub mod list_violation_events;
mod listing;
mod mitigations;
mod nothing;
pub mod notice_events;
mod profiles;
pub mod publish;
pub mod put_verification_state_on_violation;
pub mod register_certificate_without_ca;
pub mod remove_thing_from_thing_group;
mod retire;
pub mod start_detect_mitigation_actions_task;
pub mod suggest_threshold;
pub mod tag_resource;
mod task_summary;
pub mod untag_resource;
pub mod update_certificate;
pub mod update_custom_metric;
pub mod update_dimension;
pub mod update_mitigation_action;
pub mod update_security_profile;
pub mod update_thing;
pub mod update_thing_group;
pub mod update_thing_groups_for_thing;
pub mod validate_security_profile_behaviors;
mod violations;
mod watch;

pub use nothing::Nothing;

/// Items of a page where a request does not say how many (decision 16).
pub(crate) const PAGE_ITEMS: usize = 25;

/// How the vendor's control-plane operations are addressed; all members that are neither in the path nor in `query`
/// travel in the body.
pub(crate) const fn iot(method: Method, path: &'static str, query: &'static [&'static str]) -> Binding {
    Binding::AwsRest { method, path, query, elsewhere: &[], payload: None, signing: &["iot"] }
}

/// Every operation of this room.
#[must_use]
pub fn operations(room: &Arc<DeviceRoom>) -> Vec<ErasedOperation> {
    let mut operations = profiles::operations(room);
    operations.extend(fleet::operations(room));
    operations.extend(mitigations::operations(room));
    operations.extend(certificates::operations(room));
    operations.extend(watch::operations(room));
    operations
}
