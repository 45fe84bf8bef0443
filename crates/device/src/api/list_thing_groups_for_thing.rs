//! `ListThingGroupsForThing` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{PAGE_ITEMS, iot};
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;
use crate::thing::Thing;
use crate::thing_group::GroupNameAndArn;

/// Lists the groups that a thing is in by name, without those above them.
#[derive(Debug)]
pub struct ListThingGroupsForThing;

/// Which thing.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingGroupsForThingRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingGroupsForThingResponse")]
pub struct Output {
    /// By name.
    #[shape(default)]
    pub thing_groups: Vec<GroupNameAndArn>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListThingGroupsForThing {
    const NAME: &'static str = "ListThingGroupsForThing";
    const ACTION: &'static str = "iot:ListThingGroupsForThing";
    const BINDING: Binding = iot(Method::Get, "/things/{thingName}/thing-groups", &["nextToken", "maxResults"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Thing::arn(&cx.realm, &input.thing_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        registry::thing(cx, &input.thing_name).await?;
        let groups = registry::groups_of(cx, &input.thing_name).await?;
        let named = groups.iter().map(|held| {
            let name = &held.document.thing_group_name;
            (name.clone(), GroupNameAndArn::of(&cx.realm, name))
        });
        let pager = Pager::new(Self::NAME, &cx.realm, &input.thing_name);
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let (thing_groups, next_token) = pager.page(named.collect(), input.next_token.as_deref(), limit)?;
        Ok(Output { thing_groups, next_token })
    }
}
