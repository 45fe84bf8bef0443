//! `ListDimensions` [IoT API reference].

use bartizan_operation::page::Pager;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{iot, listing};
use crate::dimension::Dimensions;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Lists dimensions by name.
#[derive(Debug)]
pub struct ListDimensions;

/// Which page.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListDimensionsRequest")]
pub struct Input {
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListDimensionsResponse")]
pub struct Output {
    /// In order.
    #[shape(default, each(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+"))]
    pub dimension_names: Vec<String>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListDimensions {
    const NAME: &'static str = "ListDimensions";
    const ACTION: &'static str = "iot:ListDimensions";
    const BINDING: Binding = iot(Method::Get, "/dimensions", &["nextToken", "maxResults"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let pager = Pager::new(Self::NAME, &cx.realm, &());
        let token = input.next_token.as_deref();
        let (found, next_token) = listing::page::<Dimensions>(cx, &pager, token, input.max_results, |_| true).await?;
        Ok(Output { dimension_names: found.into_iter().map(|held| held.entry.key.name).collect(), next_token })
    }
}
