//! `PUT /csapi/v1.3/sensorProfile/{sensorProfileId}` [sensor profiles, update a sensor profile]: a full replacement.

use bartizan_operation::{Binding, Elsewhere, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde_json::Value;

use crate::api::{self, Written};
use crate::errors::ContainerError;
use crate::profile::read::read;
use crate::profile::{SensorProfile, SensorProfiles};
use crate::room::ContainerRoom;

/// Replaces a profile; `isVulnPropagation` stays as it is where it is not said, because older clients do not know it.
#[derive(Debug)]
pub struct UpdateSensorProfile;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateSensorProfileRequest")]
pub struct Input {
    /// A UUID.
    pub sensor_profile_id: String,
    /// The entity tag that it must have.
    pub if_match: Option<String>,
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

impl Operation for UpdateSensorProfile {
    const NAME: &'static str = "UpdateSensorProfile";
    const ACTION: &'static str = "csapi:UpdateSensorProfile";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Put,
        path: "/csapi/v1.3/sensorProfile/{sensorProfileId}",
        query: &[],
        elsewhere: &[
            Elsewhere::Query { member: "isVulnPropagationInQuery", name: "isVulnPropagation" },
            Elsewhere::Header { member: "ifMatch", name: "if-match" },
        ],
    };
    const WRITES: &'static [&'static str] = &["container/sensor-profile"];
    type Input = Input;
    type Output = Written;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::resource(cx, &input.sensor_profile_id)
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
        let id = &input.sensor_profile_id;
        let _turn = cx.turns.take(&lifecycle::key::<SensorProfiles>(cx, "")).await;
        let known = api::known(cx, id).await?;
        api::expected(input.if_match.as_deref(), &known)?;
        let prior = known.profile;
        let wanted = read(&value(&input), Some(prior.profile_type));
        let wanted = wanted.map_err(|wrong| ContainerError::BadRequest(wrong.join("; ")))?;
        api::admit(cx, id, &wanted).await?;
        let profile = SensorProfile {
            profile_name: wanted.name,
            description: wanted.description,
            filter: wanted.filter,
            is_vuln_propagation: wanted.propagation.unwrap_or(prior.is_vuln_propagation),
            aws_fargate_vuln_propagation_config: wanted.fargate,
            config: wanted.config,
            ..prior
        };
        let mut draft = Draft::new(cx, &permit);
        if known.revision.0 == 0 {
            draft.create::<SensorProfiles>(id, profile).await?;
        } else {
            let replaced = move |_: &SensorProfile| Ok::<_, ContainerError>(profile);
            draft.update::<SensorProfiles, _>(id, Some(known.revision), replaced).await?;
        }
        let entries = draft.commit().await?;
        let revision = entries.first().map_or(0, |entry| entry.revision.0);
        Ok(Written { profile_uuid: id.clone(), revision: i64::try_from(revision).unwrap_or(i64::MAX) })
    }
}
