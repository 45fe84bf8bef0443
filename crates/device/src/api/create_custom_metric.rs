//! `CreateCustomMetric` [IoT API reference]. The same request with the same token succeeds again.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::custom_metric::{CUSTOM_METRICS_MAX, CustomMetric, CustomMetricType, CustomMetrics};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::tags::{self, Tag};

/// Creates a custom metric.
#[derive(Debug)]
pub struct CreateCustomMetric;

/// A new one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateCustomMetricRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub metric_name: String,
    /// For people.
    #[shape(length = ..=128, pattern = r"[\p{Graph}\x20]*")]
    pub display_name: Option<String>,
    /// What its values are, for good.
    pub metric_type: CustomMetricType,
    /// Of the new one.
    pub tags: Option<Vec<Tag>>,
    /// Clients make it up, and send it again with the same request.
    #[shape(length = 1..=64, pattern = r"^[a-zA-Z0-9-_]+$")]
    pub client_request_token: String,
}

/// What it is called.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateCustomMetricResponse")]
pub struct Output {
    /// As given.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub metric_name: String,
    /// Its ARN.
    #[shape(default)]
    pub metric_arn: String,
}

impl Operation for CreateCustomMetric {
    const NAME: &'static str = "CreateCustomMetric";
    const ACTION: &'static str = "iot:CreateCustomMetric";
    const BINDING: Binding = iot(Method::Post, "/custom-metric/{metricName}", &[]);
    const WRITES: &'static [&'static str] = &["device/custom-metric", "device/tags"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        CustomMetric::arn(&cx.realm, &input.metric_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        // One turn for all creations of a realm, so that the limit is kept.
        let mut tries = Tries::new(cx, &lifecycle::key::<CustomMetrics>(cx, ""), None).await;
        loop {
            match create(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

async fn create(cx: &Cx, permit: &Permit, input: &Input) -> Result<Output, DeviceError> {
    let name = &input.metric_name;
    if name.starts_with("aws:") {
        return Err(DeviceError::InvalidRequest(format!(
            "metricName {name} should not begin with aws:, which is reserved for built-in metrics"
        )));
    }
    let arn = CustomMetric::arn(&cx.realm, name);
    let output = Output { metric_name: name.clone(), metric_arn: arn.to_string() };
    if let Some(held) = lifecycle::find::<CustomMetrics>(cx, name).await? {
        return if held.document.client_request_token == input.client_request_token {
            Ok(output)
        } else {
            Err(DeviceError::already_exists("CustomMetric", name, &arn))
        };
    }
    if lifecycle::list::<CustomMetrics>(cx, "").await?.len() >= CUSTOM_METRICS_MAX {
        return Err(DeviceError::LimitExceeded(format!(
            "there are {CUSTOM_METRICS_MAX} custom metrics, which is the limit: delete one that is not used first"
        )));
    }
    let document = CustomMetric {
        metric_type: input.metric_type,
        display_name: input.display_name.clone(),
        creation_date: cx.now,
        client_request_token: input.client_request_token.clone(),
        retiring: false,
    };
    let mut draft = Draft::new(cx, permit);
    draft.create::<CustomMetrics>(name, document).await?;
    tags::set(&mut draft, &arn, input.tags.as_deref().unwrap_or_default()).await?;
    draft.commit().await?;
    Ok(output)
}
