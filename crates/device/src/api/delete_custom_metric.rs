//! `DeleteCustomMetric` [IoT API reference]. One that is used cannot be deleted (decision 13); one that is not there is no error.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot, retire};
use crate::custom_metric::{CustomMetric, CustomMetrics};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Deletes a custom metric.
#[derive(Debug)]
pub struct DeleteCustomMetric;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteCustomMetricRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub metric_name: String,
}

impl Operation for DeleteCustomMetric {
    const NAME: &'static str = "DeleteCustomMetric";
    const ACTION: &'static str = "iot:DeleteCustomMetric";
    const BINDING: Binding = iot(Method::Delete, "/custom-metric/{metricName}", &[]);
    const WRITES: &'static [&'static str] = &["device/custom-metric", "device/tags"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        CustomMetric::arn(&cx.realm, &input.metric_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        retire::retire::<CustomMetrics>(cx, &permit, &input.metric_name).await?;
        Ok(Nothing {})
    }
}
