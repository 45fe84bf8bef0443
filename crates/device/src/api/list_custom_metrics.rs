//! `ListCustomMetrics` [IoT API reference].

use bartizan_operation::page::Pager;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{iot, listing};
use crate::custom_metric::CustomMetrics;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Lists custom metrics by name.
#[derive(Debug)]
pub struct ListCustomMetrics;

/// Which page.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListCustomMetricsRequest")]
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
#[shape(name = "ListCustomMetricsResponse")]
pub struct Output {
    /// In order.
    #[shape(default, each(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+"))]
    pub metric_names: Vec<String>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListCustomMetrics {
    const NAME: &'static str = "ListCustomMetrics";
    const ACTION: &'static str = "iot:ListCustomMetrics";
    const BINDING: Binding = iot(Method::Get, "/custom-metrics", &["nextToken", "maxResults"]);
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
        let (found, next_token) =
            listing::page::<CustomMetrics>(cx, &pager, token, input.max_results, |_| true).await?;
        Ok(Output { metric_names: found.into_iter().map(|held| held.entry.key.name).collect(), next_token })
    }
}
