//! `ListThingPrincipals` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{PAGE_ITEMS, iot};
use crate::certificate::{self, Certificate};
use crate::errors::DeviceError;
use crate::registry;
use crate::room::DeviceRoom;
use crate::thing::Thing;

/// Lists the certificates that stand for a thing.
#[derive(Debug)]
pub struct ListThingPrincipals;

/// For which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingPrincipalsRequest")]
pub struct Input {
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// The thing.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingPrincipalsResponse")]
pub struct Output {
    /// Their ARNs.
    #[shape(default)]
    pub principals: Vec<String>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListThingPrincipals {
    const NAME: &'static str = "ListThingPrincipals";
    const ACTION: &'static str = "iot:ListThingPrincipals";
    const BINDING: Binding = iot(Method::Get, "/things/{thingName}/principals", &["nextToken", "maxResults"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Thing::arn(&cx.realm, &input.thing_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        registry::thing(cx, &input.thing_name).await?;
        let ids = certificate::of_thing(cx, &input.thing_name).await?;
        let keyed = ids.into_iter().map(|id| (id.clone(), Certificate::arn(&cx.realm, &id).to_string())).collect();
        let pager = Pager::new(Self::NAME, &cx.realm, &input.thing_name);
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let (principals, next_token) = pager.page(keyed, input.next_token.as_deref(), limit)?;
        Ok(Output { principals, next_token })
    }
}
