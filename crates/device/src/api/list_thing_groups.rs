//! `ListThingGroups` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{PAGE_ITEMS, iot};
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;
use crate::roster::Which;
use crate::thing_group::GroupNameAndArn;

/// Lists groups by name.
#[derive(Debug)]
pub struct ListThingGroups;

/// Which ones: all filters must hold.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingGroupsRequest")]
pub struct Input {
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// They are below this one.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub parent_group: Option<String>,
    /// Their name starts so.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name_prefix_filter: Option<String>,
    /// With a parent: all levels below it, and not only the next. Without one: `false` lists those at the top alone.
    pub recursive: Option<bool>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingGroupsResponse")]
pub struct Output {
    /// By name.
    #[shape(default)]
    pub thing_groups: Vec<GroupNameAndArn>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListThingGroups {
    const NAME: &'static str = "ListThingGroups";
    const ACTION: &'static str = "iot:ListThingGroups";
    const BINDING: Binding =
        iot(Method::Get, "/thing-groups", &["nextToken", "maxResults", "parentGroup", "namePrefixFilter", "recursive"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        if let Some(parent) = &input.parent_group {
            registry::group(cx, parent).await?;
        }
        let which = match (input.parent_group.as_deref(), input.recursive) {
            (Some(parent), Some(true)) => Which::Below(parent),
            (Some(parent), _) => Which::Children(parent),
            (None, Some(false)) => Which::Roots,
            (None, _) => Which::All,
        };
        let filters = (&input.parent_group, &input.name_prefix_filter, input.recursive);
        let pager = Pager::new(Self::NAME, &cx.realm, &filters);
        let after = pager.open(input.next_token.as_deref())?;
        let prefix = input.name_prefix_filter.as_deref().unwrap_or_default();
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        room.roster().follow(cx).await?;
        let mut names = room.roster().look(&cx.realm, |fleet| {
            let groups = fleet.groups(&which, after.as_deref());
            groups.filter(|name| name.starts_with(prefix)).take(limit.saturating_add(1)).collect::<Vec<_>>()
        });
        let more = names.len() > limit;
        names.truncate(limit);
        let next_token = names.last().filter(|_| more).map(|last| pager.seal(last));
        let thing_groups = names.iter().map(|name| GroupNameAndArn::of(&cx.realm, name)).collect();
        Ok(Output { thing_groups, next_token })
    }
}
