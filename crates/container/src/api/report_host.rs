//! `POST /v1/sensor/host`: a sensor says which images and containers its host has. The report replaces the one before.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api;
use crate::errors::ContainerError;
use crate::observe::{CONTAINERS_MAX, HostReport, IMAGES_MAX, NAMES_MAX};
use crate::room::ContainerRoom;

/// Takes a report.
#[derive(Debug)]
pub struct ReportHost;

/// The report.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ReportHostRequest")]
pub struct Input {
    /// A UUID.
    #[shape(length = 1..=64)]
    pub sensor_id: String,
    /// See [`HostReport`]; as JSON in a text: it has more values than a request otherwise may.
    #[shape(sensitive)]
    pub report: String,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ReportHostResponse")]
pub struct Output {}

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Operation for ReportHost {
    const NAME: &'static str = "ReportHost";
    const ACTION: &'static str = "bartizan:ReportHost";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/sensor/host",
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
        let mut report: HostReport = serde_json::from_str(&input.report)
            .map_err(|error| ContainerError::BadRequest(format!("Report cannot be read: {error}")))?;
        if report.images.len() > IMAGES_MAX || report.containers.len() > CONTAINERS_MAX {
            return Err(ContainerError::BadRequest(format!(
                "a report has at most {IMAGES_MAX} images and {CONTAINERS_MAX} containers"
            )));
        }
        let wrong: Vec<&str> =
            report.images.iter().map(|image| image.sha.as_str()).filter(|sha| !api::is_sha(sha)).take(10).collect();
        if !wrong.is_empty() {
            return Err(ContainerError::BadRequest(format!(
                "the sha of an image has 64 hexadecimal digits, which these have not: {}",
                wrong.join(", ")
            )));
        }
        for image in &mut report.images {
            image.names.truncate(NAMES_MAX);
            // A host's clock may be ahead; nothing was observed later than now.
            image.seen = image.seen.min(cx.now);
            image.scanned = image.scanned.map(|scanned| scanned.min(cx.now));
        }
        room.take_in(cx, &input.sensor_id, report).await?;
        Ok(Output {})
    }
}
