//! `POST /csapi/v1.3/sensorProfile` [sensor profiles, create a sensor profile].

use bartizan_operation::{Binding, Elsewhere, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde_json::Value;

use crate::api::{self, Written};
use crate::errors::ContainerError;
use crate::profile::read::read;
use crate::profile::{ProfileType, SensorProfile, SensorProfiles};
use crate::room::ContainerRoom;

/// Makes a profile.
#[derive(Debug)]
pub struct CreateSensorProfile;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateSensorProfileRequest")]
pub struct Input {
    /// Unique, at most 255 characters.
    pub profile_name: Option<Json>,
    /// What it is for.
    pub description: Option<Json>,
    /// General, Registry, CICD, Cluster or RUNTIME, in any case; General if absent.
    pub profile_type: Option<Json>,
    /// A list, one text with commas between, or null.
    pub associated_registry_ids: Option<Json>,
    /// A list, one text with commas between, or null.
    pub associated_sensor_ids: Option<Json>,
    /// Kept and read back.
    pub filter: Option<Json>,
    /// A flag, or its name as a text.
    pub is_vuln_propagation: Option<Json>,
    /// The same in the query; the body wins.
    pub is_vuln_propagation_in_query: Option<String>,
    /// Kept and read back.
    pub aws_fargate_vuln_propagation_config: Option<Json>,
    /// `enable` or `disable`; belongs in `config`, where it is read too.
    pub runtime_sensor: Option<Json>,
    /// What its sensors do.
    pub config: Option<Json>,
}

fn value(input: &Input) -> Value {
    let query = input.is_vuln_propagation_in_query.clone().map(Json::String);
    api::body([
        ("profileName", &input.profile_name),
        ("description", &input.description),
        ("profileType", &input.profile_type),
        ("associatedRegistryIds", &input.associated_registry_ids),
        ("associatedSensorIds", &input.associated_sensor_ids),
        ("filter", &input.filter),
        ("isVulnPropagation", if input.is_vuln_propagation.is_some() { &input.is_vuln_propagation } else { &query }),
        ("awsFargateVulnPropagationConfig", &input.aws_fargate_vuln_propagation_config),
        ("runtimeSensor", &input.runtime_sensor),
        ("config", &input.config),
    ])
}

impl Operation for CreateSensorProfile {
    const NAME: &'static str = "CreateSensorProfile";
    const ACTION: &'static str = "csapi:CreateSensorProfile";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Post,
        path: "/csapi/v1.3/sensorProfile",
        query: &[],
        elsewhere: &[Elsewhere::Query { member: "isVulnPropagationInQuery", name: "isVulnPropagation" }],
    };
    const WRITES: &'static [&'static str] = &["container/sensor-profile"];
    type Input = Input;
    type Output = Written;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        api::resource(cx, "*")
    }

    fn headers(output: &Written) -> Vec<(&'static str, String)> {
        output.headers()
    }

    async fn call(
        _room: &ContainerRoom,
        cx: &Cx,
        permit: Permit,
        input: Checked<Input>,
    ) -> Result<Written, ContainerError> {
        let wanted = read(&value(&input), None).map_err(|wrong| ContainerError::BadRequest(wrong.join("; ")))?;
        // Names are unique: whoever makes or renames a profile waits for the others.
        let _turn = cx.turns.take(&lifecycle::key::<SensorProfiles>(cx, "")).await;
        let profile_id = uuid(&cx.mint.hex(32));
        api::admit(cx, &profile_id, &wanted).await?;
        let profile = SensorProfile {
            profile_id: profile_id.clone(),
            profile_name: wanted.name,
            profile_type: wanted.profile_type.unwrap_or(ProfileType::General),
            description: wanted.description,
            created_by: cx.principal.name.clone(),
            created: cx.now.0,
            filter: wanted.filter,
            is_vuln_propagation: wanted.propagation.unwrap_or(false),
            aws_fargate_vuln_propagation_config: wanted.fargate,
            config: wanted.config,
        };
        let mut draft = Draft::new(cx, &permit);
        draft.create::<SensorProfiles>(&profile_id, profile).await?;
        draft.commit().await?;
        Ok(Written { profile_uuid: profile_id, revision: 1 })
    }
}

/// A random UUID (version 4) of 32 hexadecimal digits.
fn uuid(digits: &str) -> String {
    let mut text = String::with_capacity(36);
    for (at, digit) in digits.chars().chain(std::iter::repeat('0')).take(32).enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(match at {
            12 => '4',
            16 => '8',
            _ => digit,
        });
    }
    text
}
