//! `DescribeEndpoint` [IoT API reference]: set-up scripts of agents ask it where to connect.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::endpoint::Endpoint;
use crate::errors::DeviceError;

/// Says where devices connect.
#[derive(Debug)]
pub struct DescribeEndpoint;

/// For what.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeEndpointRequest")]
pub struct Input {
    /// `iot:Data`, which is meant if absent, or `iot:Data-ATS`. The vendor's other endpoints are not served here.
    #[shape(length = ..=128, pattern = r"[\s\S]*")]
    pub endpoint_type: Option<String>,
}

/// Where.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeEndpointResponse")]
pub struct Output {
    /// Without a scheme and a port.
    #[shape(default)]
    pub endpoint_address: String,
}

impl Operation for DescribeEndpoint {
    const NAME: &'static str = "DescribeEndpoint";
    const ACTION: &'static str = "iot:DescribeEndpoint";
    const BINDING: Binding = iot(Method::Get, "/endpoint", &["endpointType"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = Endpoint;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(
        endpoint: &Endpoint,
        _cx: &Cx,
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<Output, DeviceError> {
        match input.endpoint_type.as_deref() {
            None | Some("iot:Data" | "iot:Data-ATS") => Ok(Output { endpoint_address: endpoint.host.clone() }),
            Some(other) => Err(DeviceError::InvalidRequest(format!(
                "endpointType {other} is not served here: ask for iot:Data-ATS"
            ))),
        }
    }
}
