//! `Publish` of the vendor's data plane: for devices that speak HTTPS and no MQTT.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Blob, Checked, ResourceName, Shape};
use serde::Serialize;

use crate::errors::DeviceError;
use crate::report::REPORT_BYTES_MAX;
use crate::room::DeviceRoom;

/// Publishes a message. A report is taken in as if it came over MQTT; the answer to it goes to those who are subscribed.
#[derive(Debug)]
pub struct Publish;

/// [IoT data plane API reference, `PublishRequest`]. Members that mean something between MQTT 5 clients only are not
/// taken.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "PublishRequest")]
pub struct Input {
    /// Where to.
    #[shape(length = 1..=256)]
    pub topic: String,
    /// 0 or 1.
    #[shape(range = 0..=1)]
    pub qos: Option<i32>,
    /// Nothing is retained.
    pub retain: Option<bool>,
    /// What is sent.
    pub payload: Option<Blob>,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "PublishResponse")]
pub struct Output {}

impl Operation for Publish {
    const NAME: &'static str = "Publish";
    const ACTION: &'static str = "iot:Publish";
    const BINDING: Binding = Binding::AwsRest {
        method: Method::Post,
        path: "/topics/{topic+}",
        query: &["qos", "retain"],
        elsewhere: &[],
        payload: Some("payload"),
        signing: &["iotdata", "iotdevicegateway", "iot"],
    };
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Arn::new("iot", &cx.realm, &format!("topic/{}", input.topic)).into()
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        if cx.previewing {
            return Err(DeviceError::InvalidRequest(
                "messages are not previewed: repeat the request without /preview".to_owned(),
            ));
        }
        let input = input.into_inner();
        let payload = input.payload.map(|payload| payload.0).unwrap_or_default();
        if payload.len() > REPORT_BYTES_MAX {
            return Err(DeviceError::InvalidRequest(format!(
                "the payload has {} bytes, and {REPORT_BYTES_MAX} is the limit: send less at once",
                payload.len()
            )));
        }
        room.publish(cx, &input.topic, payload).await?;
        Ok(Output {})
    }
}
