//! `POST /v1/device/enroll`: a certificate with which a device connects.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};
use serde::Serialize;

use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Issues a certificate whose common name is the device's.
#[derive(Debug)]
pub struct EnrollDevice;

/// Whose.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "EnrollDeviceRequest")]
pub struct Input {
    /// The thing's name, under which it connects.
    #[shape(length = 1..=64, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
}

/// What the device needs.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "EnrollDeviceResponse")]
pub struct Output {
    /// Its certificate.
    pub certificate_pem: String,
    /// Its key, which is kept nowhere else.
    pub private_key_pem: String,
    /// What it verifies the server with.
    pub authority_pem: String,
}

impl Operation for EnrollDevice {
    const NAME: &'static str = "EnrollDevice";
    const ACTION: &'static str = "bartizan:EnrollDevice";
    const BINDING: Binding =
        Binding::Native { method: Method::Post, path: "/v1/device/enroll", body_bytes_max: 4 * 1024, anonymous: false };
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Arn::new("iot", &cx.realm, &format!("thing/{}", input.thing_name)).into()
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        if cx.previewing {
            return Err(DeviceError::InvalidRequest(
                "certificates are not previewed: repeat the request without /preview".to_owned(),
            ));
        }
        let issued = room.issue(&input.thing_name, cx.now).ok_or_else(|| {
            DeviceError::InvalidRequest(
                "devices cannot connect with a certificate here: start the server with --mqtts".to_owned(),
            )
        })?;
        let issued = issued.map_err(DeviceError::Internal)?;
        Ok(Output {
            certificate_pem: issued.certificate_pem,
            private_key_pem: issued.private_key_pem,
            authority_pem: issued.authority_pem,
        })
    }
}
