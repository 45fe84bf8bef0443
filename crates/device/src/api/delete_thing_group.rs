//! `DeleteThingGroup` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, LifecycleError, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::attachment;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::tags;
use crate::target::Target;
use crate::thing_group::{ChildGroups, Children, ThingGroup, ThingGroups};

/// Deletes a group without child groups; its things stay registered, and its security profiles are detached. One that does not exist is deleted already.
#[derive(Debug)]
pub struct DeleteThingGroup;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteThingGroupRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: String,
    /// The version that the caller has seen; any other is a conflict.
    pub expected_version: Option<i64>,
}

impl Operation for DeleteThingGroup {
    const NAME: &'static str = "DeleteThingGroup";
    const ACTION: &'static str = "iot:DeleteThingGroup";
    const BINDING: Binding = iot(Method::Delete, "/thing-groups/{thingGroupName}", &["expectedVersion"]);
    const WRITES: &'static [&'static str] = &[
        "device/thing-group",
        "device/thing-group-children",
        "device/tags",
        "device/attachment",
        "device/profile-targets",
    ];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        ThingGroup::arn(&cx.realm, &input.thing_group_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let turn = lifecycle::key::<ThingGroups>(cx, &input.thing_group_name);
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match delete(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Nothing {}),
            }
        }
    }
}

async fn delete(cx: &Cx, permit: &Permit, input: &Input) -> Result<(), DeviceError> {
    let name = &input.thing_group_name;
    let Some(held) = lifecycle::find::<ThingGroups>(cx, name).await? else { return Ok(()) };
    super::fleet::expect_version(input.expected_version, held.document.version, name)?;
    let children = lifecycle::find::<ChildGroups>(cx, name).await?;
    if let Some(child) = children.as_ref().and_then(|held| held.document.children.first()) {
        return Err(DeviceError::InvalidRequest(format!(
            "the thing group `{name}` has child groups, such as `{child}`: delete these first"
        )));
    }
    let mut draft = Draft::new(cx, permit);
    // Whoever creates a child meanwhile changes the list of children, and then this is a conflict.
    draft.guard::<ThingGroups>(name, Some(&held.entry));
    draft.guard::<ChildGroups>(name, children.as_ref().map(|held| &held.entry));
    draft.retire::<ThingGroups>(name).await?;
    draft.retire::<ChildGroups>(name).await?;
    tags::forget(&mut draft, &ThingGroup::arn(&cx.realm, name)).await?;
    attachment::detach_target(&mut draft, cx, &Target::Group(name.clone())).await?;
    if let Some(parent) = held.document.parent() {
        leave_family(cx, &mut draft, parent, name).await?;
    }
    draft.commit().await?;
    Ok(())
}

/// Takes a child off its parent's list.
async fn leave_family(cx: &Cx, draft: &mut Draft<'_>, parent: &str, child: &str) -> Result<(), DeviceError> {
    let Some(held) = lifecycle::find::<ChildGroups>(cx, parent).await? else { return Ok(()) };
    let mut children = held.document.children.clone();
    children.retain(|name| name != child);
    let seen = Some(held.entry.revision);
    Ok(draft.update::<ChildGroups, LifecycleError>(parent, seen, |_| Ok(Children { children })).await?)
}
