//! `DescribeCustomMetric` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::described_metric::{DescribedMetric, describe};
use super::iot;
use crate::custom_metric::{CustomMetric, CustomMetrics};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Answers a custom metric.
#[derive(Debug)]
pub struct DescribeCustomMetric;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeCustomMetricRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub metric_name: String,
}

impl Operation for DescribeCustomMetric {
    const NAME: &'static str = "DescribeCustomMetric";
    const ACTION: &'static str = "iot:DescribeCustomMetric";
    const BINDING: Binding = iot(Method::Get, "/custom-metric/{metricName}", &[]);
    type Input = Input;
    type Output = DescribedMetric;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        CustomMetric::arn(&cx.realm, &input.metric_name).into()
    }

    async fn call(
        _room: &DeviceRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<DescribedMetric, DeviceError> {
        let held = lifecycle::find::<CustomMetrics>(cx, &input.metric_name).await?;
        Ok(describe(cx, held.ok_or_else(|| DeviceError::not_found("CustomMetric", &input.metric_name))?))
    }
}
