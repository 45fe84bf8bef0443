//! `POST /v1/sensor/scan`: a sensor says what is in an image, and the image is judged.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api;
use crate::errors::ContainerError;
use crate::observe::{PACKAGES_MAX, ScanReport};
use crate::room::ContainerRoom;

/// Takes a scan.
#[derive(Debug)]
pub struct ReportScan;

/// The scan.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ReportScanRequest")]
pub struct Input {
    /// A UUID.
    #[shape(length = 1..=64)]
    pub sensor_id: String,
    /// See [`ScanReport`]; as JSON in a text: it has more values than a request otherwise may.
    #[shape(sensitive)]
    pub scan: String,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ReportScanResponse")]
pub struct Output {}

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Operation for ReportScan {
    const NAME: &'static str = "ReportScan";
    const ACTION: &'static str = "bartizan:ReportScan";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/sensor/scan",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::sensor_resource(cx, &input.sensor_id)
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<Output, ContainerError> {
        api::reporting(cx, &input.sensor_id).await?;
        let mut scan: ScanReport = serde_json::from_str(&input.scan)
            .map_err(|error| ContainerError::BadRequest(format!("Scan cannot be read: {error}")))?;
        if !api::is_sha(&scan.sha) {
            return Err(ContainerError::BadRequest("Scan.sha must have 64 hexadecimal digits".to_owned()));
        }
        if scan.inventory.packages.len() > PACKAGES_MAX {
            return Err(ContainerError::BadRequest(format!("a scan has at most {PACKAGES_MAX} packages")));
        }
        scan.at = scan.at.min(cx.now);
        room.take_scan(cx, &input.sensor_id, scan).await?;
        Ok(Output {})
    }
}
