//! `POST /v1/sensor/events`: a sensor says what processes did, and what of it was not seen.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api;
use crate::errors::ContainerError;
use crate::events::{EVENTS_MAX, EventReport};
use crate::room::ContainerRoom;

/// Takes events.
#[derive(Debug)]
pub struct ReportEvents;

/// The events.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ReportEventsRequest")]
pub struct Input {
    /// A UUID.
    #[shape(length = 1..=64)]
    pub sensor_id: String,
    /// See [`EventReport`]; as JSON in a text: it has more values than a request otherwise may.
    #[shape(sensitive)]
    pub report: String,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ReportEventsResponse")]
pub struct Output {}

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

impl Operation for ReportEvents {
    const NAME: &'static str = "ReportEvents";
    const ACTION: &'static str = "bartizan:ReportEvents";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/sensor/events",
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
        let report: EventReport = serde_json::from_str(&input.report)
            .map_err(|error| ContainerError::BadRequest(format!("Report cannot be read: {error}")))?;
        if report.events.len() > EVENTS_MAX || report.batch.is_empty() {
            return Err(ContainerError::BadRequest(format!("a report has a batch, and at most {EVENTS_MAX} events")));
        }
        room.take_events(cx, &input.sensor_id, report).await?;
        Ok(Output {})
    }
}
