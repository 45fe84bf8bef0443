//! `ListThingsInThingGroup` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{PAGE_ITEMS, iot};
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;
use crate::thing_group::ThingGroup;

/// Lists the things in a group by name.
#[derive(Debug)]
pub struct ListThingsInThingGroup;

/// In which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingsInThingGroupRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_group_name: String,
    /// Those in groups below it as well.
    pub recursive: Option<bool>,
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingsInThingGroupResponse")]
pub struct Output {
    /// By name.
    #[shape(default, each(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+"))]
    pub things: Vec<String>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListThingsInThingGroup {
    const NAME: &'static str = "ListThingsInThingGroup";
    const ACTION: &'static str = "iot:ListThingsInThingGroup";
    const BINDING: Binding =
        iot(Method::Get, "/thing-groups/{thingGroupName}/things", &["recursive", "nextToken", "maxResults"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        ThingGroup::arn(&cx.realm, &input.thing_group_name).into()
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let group = &input.thing_group_name;
        registry::group(cx, group).await?;
        let recursive = input.recursive == Some(true);
        let pager = Pager::new(Self::NAME, &cx.realm, &(group, recursive));
        let after = pager.open(input.next_token.as_deref())?;
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        room.roster().follow(cx).await?;
        let mut names = room
            .roster()
            .look(&cx.realm, |fleet| fleet.things(group, recursive, after.as_deref(), limit.saturating_add(1)));
        let more = names.len() > limit;
        names.truncate(limit);
        let next_token = names.last().filter(|_| more).map(|last| pager.seal(last));
        Ok(Output { things: names.iter().map(|name| name.to_string()).collect(), next_token })
    }
}
