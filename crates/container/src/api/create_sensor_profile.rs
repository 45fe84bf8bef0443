//! `POST /csapi/v1.3/sensorProfile` [sensor profiles, create a sensor profile].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, Json, ResourceName, Schema, Shape};
use serde_json::Value;

use crate::api::{self, Written, bodies};
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
    /// `isVulnPropagation` in the query, where some clients send it; the body's wins.
    pub is_vuln_propagation: Option<String>,
    /// The profile, in any of the vendor's spellings.
    pub profile: Json,
}

impl Operation for CreateSensorProfile {
    const NAME: &'static str = "CreateSensorProfile";
    const ACTION: &'static str = "csapi:CreateSensorProfile";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Post,
        path: "/csapi/v1.3/sensorProfile",
        query: &["isVulnPropagation"],
        elsewhere: &[],
        document: Some("profile"),
    };
    const WRITES: &'static [&'static str] = &["container/sensor-profile", "container/sensor"];
    const BODY: Option<&'static Schema> = Some(bodies::ProfileBody::SCHEMA);
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
        let wanted = read(&Value::from(&input.profile), input.is_vuln_propagation.as_deref(), None)
            .map_err(|wrong| ContainerError::BadRequest(wrong.join("; ")))?;
        // Names are unique: whoever makes or renames a profile waits for the others.
        let _turn = cx.turns.take(&lifecycle::key::<SensorProfiles>(cx, "")).await;
        let profile_id = cx.mint.uuid();
        let profile_type = wanted.profile_type.unwrap_or(ProfileType::General);
        let sensors = api::admit(cx, &profile_id, profile_type, &wanted).await?;
        let profile = SensorProfile {
            profile_id: profile_id.clone(),
            profile_name: wanted.name,
            profile_type,
            description: wanted.description,
            created_by: cx.principal.name.clone(),
            created: cx.now.0,
            filter: wanted.filter,
            is_vuln_propagation: wanted.propagation.unwrap_or(false),
            aws_fargate_vuln_propagation_config: wanted.fargate,
            config: wanted.config,
            associated_registry_ids: Some(wanted.registries).filter(|ids| !ids.is_empty()),
        };
        let mut draft = Draft::new(cx, &permit);
        draft.create::<SensorProfiles>(&profile_id, profile).await?;
        api::associate(&mut draft, &profile_id, sensors, &wanted.sensors).await?;
        Written::of(&draft.commit().await?)
    }
}
