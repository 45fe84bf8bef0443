//! `GET /csapi/v1.3/sensorProfile/{sensorProfileId}`.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, Record};
use crate::errors::ContainerError;
use crate::room::ContainerRoom;

/// Reads a profile.
#[derive(Debug)]
pub struct GetSensorProfile;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetSensorProfileRequest")]
pub struct Input {
    /// A UUID.
    pub sensor_profile_id: String,
}

impl Operation for GetSensorProfile {
    const NAME: &'static str = "GetSensorProfile";
    const ACTION: &'static str = "csapi:GetSensorProfile";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/sensorProfile/{sensorProfileId}",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = Record;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::resource(cx, &input.sensor_profile_id)
    }

    fn headers(output: &Record) -> Vec<(&'static str, String)> {
        vec![("etag", api::etag(output.revision))]
    }

    async fn call(
        _room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<Record, ContainerError> {
        let known = api::known(cx, &input.sensor_profile_id).await?;
        Ok(Record::of(known, &api::sensors(cx).await?))
    }
}
