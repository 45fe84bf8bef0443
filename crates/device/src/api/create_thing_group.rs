//! `CreateThingGroup` [IoT API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, LifecycleError, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::tags::{self, Tag, Tags};
use crate::thing_group::{
    CHILDREN_MAX, ChildGroups, Children, DEPTH_MAX, ThingGroup, ThingGroupProperties, ThingGroups,
};

/// Creates a group of things, at the top or below another. The same request again succeeds again.
#[derive(Debug)]
pub struct CreateThingGroup;

/// Its name and place.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateThingGroupRequest")]
pub struct Input {
    /// Never changes.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: String,
    /// The group above. Never changes.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub parent_group_name: Option<String>,
    /// What it is for.
    pub thing_group_properties: Option<ThingGroupProperties>,
    /// Its tags.
    pub tags: Option<Vec<Tag>>,
}

/// Its names.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateThingGroupResponse")]
pub struct Output {
    /// As given.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: String,
    /// Its ARN.
    #[shape(default)]
    pub thing_group_arn: String,
    /// A UUID.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9\-]+")]
    pub thing_group_id: String,
}

impl Operation for CreateThingGroup {
    const NAME: &'static str = "CreateThingGroup";
    const ACTION: &'static str = "iot:CreateThingGroup";
    const BINDING: Binding = iot(Method::Post, "/thing-groups/{thingGroupName}", &[]);
    const WRITES: &'static [&'static str] = &["device/thing-group", "device/thing-group-children", "device/tags"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        ThingGroup::arn(&cx.realm, &input.thing_group_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        // Siblings are listed in one document: they take turns at it.
        let turn = input.parent_group_name.as_deref().unwrap_or(&input.thing_group_name);
        let turn = lifecycle::key::<ChildGroups>(cx, turn);
        let mut tries = Tries::new(cx, &turn, None).await;
        let thing_group_id = loop {
            match create(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                Err(error) => return Err(error),
                Ok(id) => break id,
            }
        };
        let thing_group_name = input.into_inner().thing_group_name;
        let thing_group_arn = ThingGroup::arn(&cx.realm, &thing_group_name).to_string();
        Ok(Output { thing_group_name, thing_group_arn, thing_group_id })
    }
}

/// Creates the group, or finds that it is there as asked for. Returns its id.
async fn create(cx: &Cx, permit: &Permit, input: &Input) -> Result<String, DeviceError> {
    let name = &input.thing_group_name;
    let arn = ThingGroup::arn(&cx.realm, name);
    let wanted_tags = input.tags.as_deref().unwrap_or_default();
    let properties = input.thing_group_properties.clone().unwrap_or_default();
    let attributes = properties.attribute_payload.unwrap_or_default().applied_to(&BTreeMap::new());
    let description = properties.thing_group_description;
    if let Some(held) = lifecycle::find::<ThingGroups>(cx, name).await? {
        let known = held.document.into_inner();
        let same = known.parent() == input.parent_group_name.as_deref()
            && known.description == description
            && known.attributes == attributes
            && tags::of(cx, &arn).await? == Tags::default().with(wanted_tags)?;
        if same {
            return Ok(known.thing_group_id);
        }
        return Err(DeviceError::already_exists("ThingGroup", name, &arn));
    }
    let mut draft = Draft::new(cx, permit);
    let mut ancestors = Vec::new();
    if let Some(parent) = &input.parent_group_name {
        ancestors = join_family(cx, &mut draft, parent, name).await?;
    }
    let thing_group_id = cx.mint.uuid();
    let group = ThingGroup {
        thing_group_name: name.clone(),
        thing_group_id: thing_group_id.clone(),
        ancestors,
        description,
        attributes,
        creation_date: cx.now,
        version: 1,
    };
    draft.create::<ThingGroups>(name, group).await?;
    tags::set(&mut draft, &arn, wanted_tags).await?;
    draft.commit().await?;
    Ok(thing_group_id)
}

/// Adds a child to its parent's list. Returns the path from the root to the parent.
async fn join_family(cx: &Cx, draft: &mut Draft<'_>, parent: &str, child: &str) -> Result<Vec<String>, DeviceError> {
    let found = lifecycle::find::<ThingGroups>(cx, parent).await?;
    // The vendor's list of errors has no other for this operation.
    let found = found.ok_or_else(|| {
        DeviceError::InvalidRequest(format!("the parent thing group `{parent}` does not exist: create it first"))
    })?;
    let mut ancestors = found.document.ancestors.clone();
    ancestors.push(parent.to_owned());
    if ancestors.len() >= DEPTH_MAX {
        return Err(DeviceError::InvalidRequest(format!(
            "`{child}` would be on level {} of its hierarchy, and {DEPTH_MAX} levels are the limit: choose a parent further up",
            ancestors.len().saturating_add(1)
        )));
    }
    match lifecycle::find::<ChildGroups>(cx, parent).await? {
        Some(held) => {
            let mut children = held.document.children.clone();
            if children.len() >= CHILDREN_MAX {
                return Err(DeviceError::InvalidRequest(format!(
                    "`{parent}` has {CHILDREN_MAX} direct child groups, which is the limit: choose another parent"
                )));
            }
            children.push(child.to_owned());
            children.sort_unstable();
            let seen = Some(held.entry.revision);
            draft.update::<ChildGroups, LifecycleError>(parent, seen, |_| Ok(Children { children })).await?;
        }
        None => draft.create::<ChildGroups>(parent, Children { children: vec![child.to_owned()] }).await?,
    }
    Ok(ancestors)
}
