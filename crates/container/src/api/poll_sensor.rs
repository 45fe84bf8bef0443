//! `POST /v1/sensor/poll`: a sensor says that it is there, and waits for what it has to do to change.

use std::collections::BTreeSet;
use std::time::Duration;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;
use serde_json::{Value, json};

use crate::api::{self, Record};
use crate::errors::ContainerError;
use crate::known::{Heartbeat, Known};
use crate::observe::{Facts, Obeyed};
use crate::profile::ProfileType;
use crate::registry::{Registries, Schedule, Schedules};
use crate::room::{ContainerRoom, is_running};
use crate::sensor::{self, Sensor};

/// A sensor calls in. The answer comes when there is something new for it, and after the time that it wants to wait at the latest.
#[derive(Debug)]
pub struct PollSensor;

/// Who calls, and what it knows.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PollSensorRequest")]
pub struct Input {
    /// A UUID.
    #[shape(length = 1..=64)]
    pub sensor_id: String,
    /// That of the orders that it goes by; another one is answered at once.
    #[shape(length = 0..=64)]
    pub version: Option<String>,
    /// Seconds that it waits; 0 if absent.
    #[shape(range = 0..=60)]
    pub wait_seconds: Option<i32>,
    /// The host: see [`Facts`].
    pub facts: Json,
    /// What it does about its profile: see [`Obeyed`].
    pub obeyed: Json,
    /// It ends, and waits for nothing.
    pub stopping: Option<bool>,
}

/// What the sensor has to do.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PollSensorResponse")]
pub struct Output {
    /// Changes with everything below.
    pub version: String,
    /// The profile that it follows, as `GET /csapi/v1.3/sensorProfile/{sensorProfileId}` has it.
    pub profile: Json,
    /// Registries that it scans: their addresses, credentials and schedules. Of sensors of the type Registry alone.
    pub registries: Json,
}

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How often the ledger is asked whether anything was committed.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Operation for PollSensor {
    const NAME: &'static str = "PollSensor";
    const ACTION: &'static str = "bartizan:PollSensor";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/sensor/poll",
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
        let sensor = api::reporting(cx, &input.sensor_id).await?;
        let stopped = input.stopping == Some(true);
        let unread = |what: &str, error: serde_json::Error| {
            ContainerError::BadRequest(format!("{what} cannot be read: {error}"))
        };
        let facts: Facts = serde_json::from_value(Value::from(&input.facts)).map_err(|error| unread("Facts", error))?;
        let obeyed: Obeyed =
            serde_json::from_value(Value::from(&input.obeyed)).map_err(|error| unread("Obeyed", error))?;
        room.hear(cx, &input.sensor_id, Heartbeat { at: cx.now, facts, obeyed, stopped }).await?;
        let mut tip = cx.ledger.tip().await?;
        let mut orders = orders(room, cx, &sensor).await?;
        let wait = u64::try_from(input.wait_seconds.unwrap_or(0)).unwrap_or(0);
        let mut looks = if stopped { 0 } else { wait * 1000 / u64::try_from(LOOK_EVERY.as_millis()).unwrap_or(1) };
        while looks > 0 && input.version.as_deref() == Some(orders.version.as_str()) {
            looks -= 1;
            if !room.rest(LOOK_EVERY).await {
                break;
            }
            let now = cx.ledger.tip().await?;
            if now != tip {
                tip = now;
                let sensor = api::reporting(cx, &input.sensor_id).await?;
                orders = self::orders(room, cx, &sensor).await?;
            }
        }
        Ok(orders)
    }
}

/// What a sensor has to do now.
async fn orders(room: &ContainerRoom, cx: &Cx, sensor: &Sensor) -> Result<Output, ContainerError> {
    let known = match api::known(cx, &sensor.followed(|_| true)).await {
        // A profile that is not there any more.
        Err(ContainerError::NotFound(_)) => api::known(cx, &sensor.followed(|_| false)).await?,
        known => known?,
    };
    let record = Record::of(known, &[]);
    let profile = serde_json::to_value(&record).map_err(|error| ContainerError::Internal(error.to_string()))?;
    let registries = match sensor.sensor_type {
        ProfileType::Registry => registries(room, cx, sensor, record.associated_registry_ids.as_deref()).await?,
        _ => Value::Array(Vec::new()),
    };
    let version = sensor::digest(&json!({ "profile": profile, "registries": registries }).to_string(), "");
    Ok(Output { version, profile: Json::from(&profile), registries: Json::from(&registries) })
}

/// The registries of a profile that fall to one sensor. Each falls to one of those that run and whose profiles have it, by a hash
/// of both, so that they are spread over sensors, and few move when one comes or goes.
async fn registries(
    room: &ContainerRoom,
    cx: &Cx,
    sensor: &Sensor,
    ids: Option<&[String]>,
) -> Result<Value, ContainerError> {
    let ids = ids.unwrap_or_default();
    if ids.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    let (profiles, sensors) = (api::all(cx).await?, api::sensors(cx).await?);
    let mut orders = Vec::new();
    for id in ids {
        let Some(held) = lifecycle::find::<Registries>(cx, id).await? else { continue };
        let with = profiles.iter().map(|known| &known.profile);
        let with = with.filter(|profile| profile.associated_registry_ids.iter().flatten().any(|one| one == id));
        let others: BTreeSet<String> = with.flat_map(|profile| api::followers(profile, &sensors)).collect();
        let running = |other: &&String| {
            let heartbeat = |known: &Known| {
                let heartbeat = known.heartbeat(other)?;
                Some(!heartbeat.stopped && is_running(heartbeat.at, cx.now))
            };
            **other == sensor.sensor_id || room.read(&cx.realm, heartbeat).unwrap_or(false)
        };
        let chosen = others.iter().filter(running).max_by_key(|other| sensor::digest(other, id));
        if chosen != Some(&sensor.sensor_id) {
            continue;
        }
        let registry = held.document;
        let schedules = lifecycle::list::<Schedules>(cx, &Schedules::name(id, "")).await?;
        let schedules: Vec<Schedule> = schedules
            .into_iter()
            .map(|held| held.document.into_inner())
            .filter(|schedule| !schedule.canceled)
            .collect();
        orders.push(json!({
            "registryUuid": registry.registry_uuid,
            "registryUri": registry.registry_uri,
            "username": registry.username,
            "password": registry.password,
            "schedules": schedules,
        }));
    }
    Ok(Value::Array(orders))
}
