//! `POST /v1/sensor/job`: a sensor says how a run of a registry's schedule goes.

use bartizan_ledger::Posting;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;
use serde_json::Value;

use crate::api::{self, registries};
use crate::errors::ContainerError;
use crate::registry::{JOBS, Job, Schedules};
use crate::room::ContainerRoom;

/// Takes what is said of a run.
#[derive(Debug)]
pub struct ReportJob;

/// The run.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ReportJobRequest")]
pub struct Input {
    /// A UUID.
    #[shape(length = 1..=64)]
    pub sensor_id: String,
    /// The registry.
    #[shape(length = 1..=64)]
    pub registry_id: String,
    /// Its schedule.
    #[shape(length = 1..=64)]
    pub schedule_id: String,
    /// See [`Job`].
    pub job: Json,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ReportJobResponse")]
pub struct Output {}

/// Errors of one run that are kept.
const ERRORS_MAX: usize = 100;
/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

impl Operation for ReportJob {
    const NAME: &'static str = "ReportJob";
    const ACTION: &'static str = "bartizan:ReportJob";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/sensor/job",
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
        _room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<Output, ContainerError> {
        api::reporting(cx, &input.sensor_id).await?;
        registries::schedule(cx, &input.registry_id, &input.schedule_id).await?;
        let mut job: Job = serde_json::from_value(Value::from(&input.job))
            .map_err(|error| ContainerError::BadRequest(format!("Job cannot be read: {error}")))?;
        job.errors.truncate(ERRORS_MAX);
        let body = serde_json::to_vec(&job).map_err(|error| ContainerError::Internal(error.to_string()))?;
        let subject = Schedules::name(&input.registry_id, &input.schedule_id);
        cx.board.post(&cx.realm, JOBS, Posting { subject, at: cx.now, body }).await?;
        Ok(Output {})
    }
}
