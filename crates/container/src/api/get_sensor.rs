//! `GET /csapi/v1.3/sensors/{sensorId}` [container security API, sensors].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, list_sensors};
use crate::errors::ContainerError;
use crate::record::sensor::SensorRecord;
use crate::room::ContainerRoom;

/// Reads one sensor.
#[derive(Debug)]
pub struct GetSensor;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetSensorRequest")]
pub struct Input {
    /// A UUID.
    pub sensor_id: String,
}

impl Operation for GetSensor {
    const NAME: &'static str = "GetSensor";
    const ACTION: &'static str = "csapi:GetSensor";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/sensors/{sensorId}",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = SensorRecord;
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
    ) -> Result<SensorRecord, ContainerError> {
        let records = list_sensors::records(room, cx).await?;
        let found = records.into_iter().find(|record| record.sensor_id == input.sensor_id);
        found.ok_or_else(|| ContainerError::NotFound(format!("there is no sensor {}", input.sensor_id)))
    }
}
