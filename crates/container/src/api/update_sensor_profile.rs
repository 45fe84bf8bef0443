//! `PUT /csapi/v1.3/sensorProfile/{sensorProfileId}` [sensor profiles, update a sensor profile]: a full replacement.

use bartizan_operation::{Binding, Elsewhere, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, Json, ResourceName, Schema, Shape};
use serde_json::Value;

use crate::api::{self, Written, bodies};
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
    /// `isVulnPropagation` in the query, where some clients send it; the body's wins.
    pub is_vuln_propagation: Option<String>,
    /// The profile, in any of the vendor's spellings.
    pub profile: Json,
}

impl Operation for UpdateSensorProfile {
    const NAME: &'static str = "UpdateSensorProfile";
    const ACTION: &'static str = "csapi:UpdateSensorProfile";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Put,
        path: "/csapi/v1.3/sensorProfile/{sensorProfileId}",
        query: &["isVulnPropagation"],
        elsewhere: &[Elsewhere::Header { member: "ifMatch", name: "if-match" }],
        document: Some("profile"),
    };
    const WRITES: &'static [&'static str] = &["container/sensor-profile", "container/sensor"];
    const BODY: Option<&'static Schema> = Some(bodies::ProfileBody::SCHEMA);
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
        api::expected(cx, input.if_match.as_deref(), &known)?;
        let prior = known.profile;
        let wanted = read(&Value::from(&input.profile), input.is_vuln_propagation.as_deref(), Some(prior.profile_type));
        let wanted = wanted.map_err(|wrong| ContainerError::BadRequest(wrong.join("; ")))?;
        let sensors = api::admit(cx, id, prior.profile_type, &wanted).await?;
        let profile = SensorProfile {
            profile_name: wanted.name,
            description: wanted.description,
            filter: wanted.filter,
            is_vuln_propagation: wanted.propagation.unwrap_or(prior.is_vuln_propagation),
            aws_fargate_vuln_propagation_config: wanted.fargate,
            config: wanted.config,
            associated_registry_ids: Some(wanted.registries).filter(|ids| !ids.is_empty()),
            ..prior
        };
        let mut draft = Draft::new(cx, &permit);
        if known.revision.0 == 0 {
            draft.create::<SensorProfiles>(id, profile).await?;
        } else {
            let replaced = move |_: &SensorProfile| Ok::<_, ContainerError>(profile);
            draft.update::<SensorProfiles, _>(id, Some(known.revision), replaced).await?;
        }
        api::associate(&mut draft, id, sensors, &wanted.sensors).await?;
        Written::of(&draft.commit().await?)
    }
}
