//! `DescribeThingGroup` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::{Deserialize, Serialize};

use super::iot;
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;
use crate::thing::AttributePayload;
use crate::thing_group::{GroupNameAndArn, ThingGroup, ThingGroupProperties};

/// Tells what is known of a group.
#[derive(Debug)]
pub struct DescribeThingGroup;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeThingGroupRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: String,
}

/// The whole of it.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeThingGroupResponse")]
pub struct Output {
    /// Its name.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: String,
    /// A UUID.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9\-]+")]
    pub thing_group_id: String,
    /// Its ARN.
    #[shape(default)]
    pub thing_group_arn: String,
    /// One more with each update.
    #[shape(default)]
    pub version: i64,
    /// What it is for.
    #[shape(default)]
    pub thing_group_properties: ThingGroupProperties,
    /// Where it is.
    #[shape(default)]
    pub thing_group_metadata: ThingGroupMetadata,
    /// Of dynamic groups, which there are not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub index_name: Option<String>,
    /// Of dynamic groups, which there are not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..)]
    pub query_string: Option<String>,
    /// Of dynamic groups, which there are not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_version: Option<String>,
    /// Of dynamic groups, which there are not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<DynamicGroupStatus>,
}

/// Where a group is.
#[derive(Debug, Default, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThingGroupMetadata {
    /// The group above; absent at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub parent_group_name: Option<String>,
    /// The groups above, from the top; absent at the top.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[shape(default)]
    pub root_to_parent_thing_groups: Vec<GroupNameAndArn>,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub creation_date: Timestamp,
}

/// How far the vendor is with finding a dynamic group's things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DynamicGroupStatus {
    /// Done.
    Active,
    /// For the first time.
    Building,
    /// Again.
    Rebuilding,
}

impl Operation for DescribeThingGroup {
    const NAME: &'static str = "DescribeThingGroup";
    const ACTION: &'static str = "iot:DescribeThingGroup";
    const BINDING: Binding = iot(Method::Get, "/thing-groups/{thingGroupName}", &[]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        ThingGroup::arn(&cx.realm, &input.thing_group_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let group = registry::group(cx, &input.thing_group_name).await?.document.into_inner();
        let above = group.ancestors.iter().map(|name| GroupNameAndArn::of(&cx.realm, name));
        Ok(Output {
            thing_group_metadata: ThingGroupMetadata {
                parent_group_name: group.parent().map(str::to_owned),
                root_to_parent_thing_groups: above.collect(),
                creation_date: group.creation_date,
            },
            thing_group_arn: ThingGroup::arn(&cx.realm, &group.thing_group_name).to_string(),
            thing_group_name: group.thing_group_name,
            thing_group_id: group.thing_group_id,
            version: group.version,
            thing_group_properties: ThingGroupProperties {
                thing_group_description: group.description,
                attribute_payload: Some(AttributePayload { attributes: Some(group.attributes), merge: None }),
            },
            index_name: None,
            query_string: None,
            query_version: None,
            status: None,
        })
    }
}
