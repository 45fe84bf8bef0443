//! `DELETE /csapi/v1.3/sensors` [container security API, delete sensors].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{AgentKey, Cx, Draft, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Schema, Shape};
use serde::Serialize;
use serde_json::Value;

use crate::api::{self, bodies, list_sensors};
use crate::errors::ContainerError;
use crate::listing;
use crate::room::ContainerRoom;
use crate::sensor::Sensors;

/// Deletes sensors that are not running, by id or by a filter. Their keys hold no more.
#[derive(Debug)]
pub struct DeleteSensors;

/// Which.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteSensorsRequest")]
pub struct Input {
    /// UUIDs.
    pub sensor_ids: Option<Vec<String>>,
    /// In the vendor's query language.
    pub filter: Option<String>,
    /// `{"filter": ".."}`, where some clients send it.
    pub wanted: Option<Json>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteSensorsResponse")]
pub struct Output {
    /// A UUID. They are gone when it is answered.
    pub deletion_job_id: String,
}

impl Operation for DeleteSensors {
    const NAME: &'static str = "DeleteSensors";
    const ACTION: &'static str = "csapi:DeleteSensors";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Delete,
        path: "/csapi/v1.3/sensors",
        query: &["sensorIds", "filter"],
        elsewhere: &[],
        document: Some("wanted"),
    };
    const WRITES: &'static [&'static str] = &["container/sensor"];
    const BODY: Option<&'static Schema> = Some(bodies::FilterBody::SCHEMA);
    type Input = Input;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        api::sensor_resource(cx, "*")
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        permit: Permit,
        input: Checked<Input>,
    ) -> Result<Output, ContainerError> {
        let input = input.into_inner();
        let body = input.wanted.as_ref().map(Value::from);
        let said = body.as_ref().and_then(|body| body.get("filter")).and_then(Value::as_str);
        let filter = input.filter.as_deref().or(said).filter(|filter| !filter.trim().is_empty());
        let mut ids: Vec<String> = input.sensor_ids.unwrap_or_default();
        ids = ids
            .iter()
            .flat_map(|id| id.split(','))
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty())
            .collect();
        if filter.is_none() && ids.is_empty() {
            return Err(ContainerError::BadRequest("say which sensors: with sensorIds, or with a filter".to_owned()));
        }
        let records = list_sensors::records(room, cx).await?;
        let missing: Vec<&str> = ids
            .iter()
            .map(String::as_str)
            .filter(|id| !records.iter().any(|record| record.sensor_id == **id))
            .collect();
        if !missing.is_empty() {
            return Err(ContainerError::NotFound(format!("there are no sensors {}", missing.join(", "))));
        }
        let named = records.into_iter().filter(|record| ids.is_empty() || ids.contains(&record.sensor_id));
        let chosen = listing::all(named, filter, None, cx.now)?;
        let running: Vec<&str> =
            chosen.iter().filter(|record| record.status == "RUNNING").map(|record| record.sensor_id.as_str()).collect();
        if !running.is_empty() {
            return Err(ContainerError::Conflict(format!(
                "sensors that are running are not deleted; stop these first: {}",
                running.join(", ")
            )));
        }
        let chosen: Vec<String> = chosen.into_iter().map(|record| record.sensor_id).collect();
        let keys: Vec<AgentKey> = api::sensors(cx)
            .await?
            .iter()
            .filter(|held| chosen.contains(&held.document.sensor_id))
            .map(|held| AgentKey::from(&*held.document))
            .collect();
        let mut draft = Draft::new(cx, &permit);
        for id in &chosen {
            draft.retire::<Sensors>(id).await?;
        }
        if !draft.is_empty() {
            draft.commit().await?;
        }
        if !cx.previewing {
            room.forget(cx, &keys, &chosen).await?;
        }
        Ok(Output { deletion_job_id: cx.mint.uuid() })
    }
}
