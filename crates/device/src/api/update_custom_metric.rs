//! `UpdateCustomMetric` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::described_metric::{DescribedMetric, describe};
use super::iot;
use crate::custom_metric::{CustomMetric, CustomMetrics};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Changes what a custom metric is called for people.
#[derive(Debug)]
pub struct UpdateCustomMetric;

/// Which one, and what changes.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateCustomMetricRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub metric_name: String,
    /// For people.
    #[shape(length = ..=128, pattern = r"[\p{Graph}\x20]*")]
    pub display_name: String,
}

impl Operation for UpdateCustomMetric {
    const NAME: &'static str = "UpdateCustomMetric";
    const ACTION: &'static str = "iot:UpdateCustomMetric";
    const BINDING: Binding = iot(Method::Patch, "/custom-metric/{metricName}", &[]);
    const WRITES: &'static [&'static str] = &["device/custom-metric"];
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
        permit: Permit,
        input: Checked<Input>,
    ) -> Result<DescribedMetric, DeviceError> {
        let edit =
            |prior: &CustomMetric| Ok(CustomMetric { display_name: Some(input.display_name.clone()), ..prior.clone() });
        let name = &input.metric_name;
        let updated = lifecycle::update::<CustomMetrics, DeviceError>(cx, &permit, name, cx.expect, edit).await;
        match updated {
            Ok(held) => Ok(describe(cx, held)),
            Err(DeviceError::NotFound(_)) => Err(DeviceError::not_found("CustomMetric", name)),
            Err(error) => Err(error),
        }
    }
}
