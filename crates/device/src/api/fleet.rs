//! The operations of things and groups, and how these are named.

use std::sync::Arc;

use bartizan_operation::ErasedOperation;
use bartizan_policy::Cx;
use bartizan_wire::{Arn, ResourceName};

use super::{
    add_thing_to_thing_group, create_thing, create_thing_group, delete_thing, delete_thing_group, describe_thing,
    describe_thing_group, list_thing_groups, list_thing_groups_for_thing, list_things, list_things_in_thing_group,
    remove_thing_from_thing_group, update_thing, update_thing_group, update_thing_groups_for_thing,
};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Those of things and thing groups.
pub(super) fn operations(room: &Arc<DeviceRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<add_thing_to_thing_group::AddThingToThingGroup>(Arc::clone(room)),
        ErasedOperation::of::<create_thing::CreateThing>(Arc::clone(room)),
        ErasedOperation::of::<create_thing_group::CreateThingGroup>(Arc::clone(room)),
        ErasedOperation::of::<delete_thing::DeleteThing>(Arc::clone(room)),
        ErasedOperation::of::<delete_thing_group::DeleteThingGroup>(Arc::clone(room)),
        ErasedOperation::of::<describe_thing::DescribeThing>(Arc::clone(room)),
        ErasedOperation::of::<describe_thing_group::DescribeThingGroup>(Arc::clone(room)),
        ErasedOperation::of::<list_thing_groups::ListThingGroups>(Arc::clone(room)),
        ErasedOperation::of::<list_thing_groups_for_thing::ListThingGroupsForThing>(Arc::clone(room)),
        ErasedOperation::of::<list_things::ListThings>(Arc::clone(room)),
        ErasedOperation::of::<list_things_in_thing_group::ListThingsInThingGroup>(Arc::clone(room)),
        ErasedOperation::of::<remove_thing_from_thing_group::RemoveThingFromThingGroup>(Arc::clone(room)),
        ErasedOperation::of::<update_thing::UpdateThing>(Arc::clone(room)),
        ErasedOperation::of::<update_thing_group::UpdateThingGroup>(Arc::clone(room)),
        ErasedOperation::of::<update_thing_groups_for_thing::UpdateThingGroupsForThing>(Arc::clone(room)),
    ]
}

/// Refuses a change of a document that is not at the version that the caller has seen, if it names one.
pub(super) fn expect_version(expected: Option<i64>, actual: i64, name: &str) -> Result<(), DeviceError> {
    match expected {
        Some(expected) if expected != actual => Err(DeviceError::VersionConflict(format!(
            "the expected version of `{name}` is {expected}, and it is at {actual}: read it again, then repeat the request"
        ))),
        _ => Ok(()),
    }
}

/// A thing or a group by its name, its ARN, or both: then they must agree. `resource` is what stands before the name in
/// the ARN.
pub(super) fn named(cx: &Cx, resource: &str, name: Option<&str>, arn: Option<&str>) -> Result<String, DeviceError> {
    let of_arn = match arn {
        Some(arn) => Some(name_in(cx, resource, arn).ok_or_else(|| {
            DeviceError::InvalidRequest(format!(
                "`{arn}` is not the ARN of a {resource} of this account and region, such as `{}`",
                Arn::new("iot", &cx.realm, &format!("{resource}/name"))
            ))
        })?),
        None => None,
    };
    match (name, of_arn) {
        (Some(name), Some(other)) if name != other => Err(DeviceError::InvalidRequest(format!(
            "`{name}` and the ARN of `{other}` exclude each other: send one of them"
        ))),
        (Some(name), _) => Ok(name.to_owned()),
        (None, Some(name)) => Ok(name),
        (None, None) => {
            Err(DeviceError::InvalidRequest(format!("the {resource} is missing: send its name or its ARN")))
        }
    }
}

/// What authorization is asked about; anything at all where the request does not name it.
pub(super) fn named_resource(cx: &Cx, resource: &str, name: Option<&str>, arn: Option<&str>) -> ResourceName {
    match named(cx, resource, name, arn) {
        Ok(name) => Arn::new("iot", &cx.realm, &format!("{resource}/{name}")).into(),
        Err(_) => ResourceName::any(),
    }
}

fn name_in(cx: &Cx, resource: &str, arn: &str) -> Option<String> {
    let name = arn.parse::<Arn>().ok()?.resource().strip_prefix(resource)?.strip_prefix('/')?.to_owned();
    (Arn::new("iot", &cx.realm, &format!("{resource}/{name}")).as_str() == arn && !name.is_empty()).then_some(name)
}
