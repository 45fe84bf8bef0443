//! `ListMetricValues`

use std::sync::Arc;

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, Span};
use bartizan_wire::{Arn, Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::{PAGE_ITEMS, iot, violations};
use crate::behavior::{DimensionValueOperator, MetricValue};
use crate::errors::DeviceError;
use crate::observe::Measured;
use crate::room::DeviceRoom;
use crate::room::samples;

/// Values of one metric of one thing in order of time (decision 15).
#[derive(Debug)]
pub struct ListMetricValues;

/// How long values are listed, in days [IoT Device Defender quotas]; an earlier start is moved there (decision 17).
const LISTED_DAYS: i64 = 14;

/// [IoT API reference, `ListMetricValuesRequest`].
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListMetricValuesRequest")]
pub struct Input {
    /// Of which thing.
    #[shape(length = 1..=128)]
    pub thing_name: String,
    /// Built-in or custom.
    pub metric_name: String,
    /// Narrows the metric to some topics.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub dimension_name: Option<String>,
    /// `IN` if absent.
    pub dimension_value_operator: Option<DimensionValueOperator>,
    /// Not before.
    pub start_time: Timestamp,
    /// Not after.
    pub end_time: Timestamp,
    /// Items of a page.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// From the answer before.
    pub next_token: Option<String>,
}

/// [IoT API reference, `ListMetricValuesResponse`].
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListMetricValuesResponse")]
pub struct Output {
    /// A page.
    #[shape(default)]
    pub metric_datum_list: Vec<MetricDatum>,
    /// Leads to the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// [IoT API reference, `MetricDatum`].
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricDatum {
    /// When it was measured: a report's receipt, or the end of a window.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub timestamp: Timestamp,
    /// How much, or which.
    #[shape(default)]
    pub value: MetricValue,
}

impl Operation for ListMetricValues {
    const NAME: &'static str = "ListMetricValues";
    const ACTION: &'static str = "iot:ListMetricValues";
    const BINDING: Binding = iot(
        Method::Get,
        "/metric-values",
        &[
            "thingName",
            "metricName",
            "dimensionName",
            "dimensionValueOperator",
            "startTime",
            "endTime",
            "maxResults",
            "nextToken",
        ],
    );
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Arn::new("iot", &cx.realm, &format!("thing/{}", input.thing_name)).into()
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        violations::span(input.start_time, input.end_time)?;
        let operator = input.dimension_value_operator.unwrap_or_default();
        let measured = Measured {
            metric: input.metric_name.as_str().into(),
            dimension: input.dimension_name.as_deref().map(|name| (Arc::from(name), operator)),
        };
        let asked = (&input.thing_name, samples::measure(&measured), input.start_time, input.end_time);
        let pager = Pager::new(Self::NAME, &cx.realm, &asked);
        let after = pager.open(input.next_token.as_deref())?.and_then(|at| at.parse().ok()).map(Timestamp);
        let oldest = cx.now.plus_days(-LISTED_DAYS);
        let next = |at: Timestamp| Timestamp(at.0.saturating_add(1));
        let span = Span {
            from: input.start_time.max(oldest).max(after.map_or(Timestamp::MIN, next)),
            to: next(input.end_time),
        };
        let mut values = room.values(cx, &input.thing_name, &measured, span).await?;
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let more = values.len() > limit;
        values.truncate(limit);
        let next_token = values.last().filter(|_| more).map(|(at, _)| pager.seal(&at.0.to_string()));
        let data = values.into_iter().map(|(timestamp, value)| MetricDatum { timestamp, value });
        Ok(Output { metric_datum_list: data.collect(), next_token })
    }
}
