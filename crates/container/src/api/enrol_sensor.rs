//! `POST /v1/sensor/enrol`: a sensor shows the activation key and gets a key of its own. The vendor's protocol between sensors
//! and its platform is not public, so this one is ours.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{AgentKey, Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;
use serde_json::Value;

use crate::errors::ContainerError;
use crate::known::Heartbeat;
use crate::observe::{Facts, Obeyed};
use crate::profile::ProfileType;
use crate::room::ContainerRoom;
use crate::sensor::{ActivationKeys, Sensor, Sensors};

/// Enrols a sensor. It needs no signature, because it carries the activation key.
#[derive(Debug)]
pub struct EnrolSensor;

/// The activation key, and what the sensor is.
#[derive(Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "EnrolSensorRequest")]
pub struct Input {
    /// As `GET /csapi/v1.3/activationkey` answers it.
    #[shape(length = 1..=64)]
    pub customer_id: String,
    /// As `GET /csapi/v1.3/activationkey` answers it.
    #[shape(length = 1..=64, sensitive)]
    pub activation_id: String,
    /// What it does: General, Registry, CICD, Cluster or RUNTIME.
    #[shape(length = 1..=16)]
    pub sensor_type: String,
    /// The host: see [`Facts`].
    pub facts: Json,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("sensor_type", &self.sensor_type).finish_non_exhaustive()
    }
}

/// Who the sensor is from now on, and with which key it signs.
#[derive(Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "EnrolSensorResponse")]
pub struct Output {
    /// A UUID.
    pub instance_id: String,
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half; shown now and never again.
    #[shape(sensitive)]
    pub secret_access_key: String,
    /// For which requests are signed.
    pub region: String,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("instance_id", &self.instance_id).finish_non_exhaustive()
    }
}

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest name of a host, in characters.
const HOSTNAME_CHARACTERS_MAX: usize = 255;

impl Operation for EnrolSensor {
    const NAME: &'static str = "EnrolSensor";
    const ACTION: &'static str = "bartizan:EnrolSensor";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/sensor/enrol",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: true,
    };
    const WRITES: &'static [&'static str] = &["container/sensor"];
    type Input = Input;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        permit: Permit,
        input: Checked<Input>,
    ) -> Result<Output, ContainerError> {
        // An unknown customer and a wrong activation are answered alike, so that neither can be searched for. Whole texts
        // are compared whatever their beginnings: both are random.
        let held = lifecycle::find::<ActivationKeys>(cx, ActivationKeys::ONLY).await?;
        let right = held.is_some_and(|held| {
            let given = crate::sensor::digest(&input.customer_id, &input.activation_id);
            given == crate::sensor::digest(&held.document.customer_id, &held.document.activation_id)
        });
        if !right {
            let why = "no sensor enrols with this: ask GET /csapi/v1.3/activationkey for customerId and activationId";
            return Err(ContainerError::Forbidden(why.to_owned()));
        }
        let sensor_type = ProfileType::named(&input.sensor_type).ok_or_else(|| {
            ContainerError::BadRequest("SensorType must be one of General, Registry, CICD, Cluster, RUNTIME".to_owned())
        })?;
        let facts: Facts = serde_json::from_value(Value::from(&input.facts))
            .map_err(|error| ContainerError::BadRequest(format!("Facts cannot be read: {error}")))?;
        let sensor_id = cx.mint.uuid();
        let key = AgentKey::mint(cx, &sensor_id);
        let sensor = Sensor {
            sensor_id: sensor_id.clone(),
            sensor_type,
            profile_id: None,
            hostname: facts.hostname.chars().take(HOSTNAME_CHARACTERS_MAX).collect(),
            created: cx.now.0,
            access_key_id: key.access_key_id.clone(),
            secret_access_key: key.secret_access_key.clone(),
        };
        let mut draft = Draft::new(cx, &permit);
        draft.create::<Sensors>(&sensor_id, sensor).await?;
        draft.commit().await?;
        if !cx.previewing {
            let heartbeat = Heartbeat { at: cx.now, facts, obeyed: Obeyed::default(), stopped: false };
            room.hear(cx, &sensor_id, heartbeat).await?;
            room.enrol(cx, key.clone());
        }
        Ok(Output {
            instance_id: sensor_id,
            access_key_id: key.access_key_id,
            secret_access_key: key.secret_access_key,
            region: cx.realm.region.clone(),
        })
    }
}
