//! `DELETE /csapi/v1.3/sensorProfile/{sensorProfileId}`.

use bartizan_operation::{Binding, Elsewhere, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, Written};
use crate::errors::ContainerError;
use crate::profile::{SensorProfiles, builtin};
use crate::room::ContainerRoom;

/// Deletes a profile.
#[derive(Debug)]
pub struct DeleteSensorProfile;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteSensorProfileRequest")]
pub struct Input {
    /// A UUID.
    pub sensor_profile_id: String,
    /// The entity tag that it must have.
    pub if_match: Option<String>,
    /// `false`: not while sensors follow it. Beside the vendor's; `true` if absent.
    pub force: Option<bool>,
}

impl Operation for DeleteSensorProfile {
    const NAME: &'static str = "DeleteSensorProfile";
    const ACTION: &'static str = "csapi:DeleteSensorProfile";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Delete,
        path: "/csapi/v1.3/sensorProfile/{sensorProfileId}",
        query: &["force"],
        elsewhere: &[Elsewhere::Header { member: "ifMatch", name: "if-match" }],
        document: None,
    };
    const WRITES: &'static [&'static str] = &["container/sensor-profile", "container/sensor"];
    type Input = Input;
    type Output = Written;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::resource(cx, &input.sensor_profile_id)
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
        if builtin::find(id).is_some() {
            return Err(ContainerError::Conflict("a default profile cannot be deleted".to_owned()));
        }
        api::expected(cx, input.if_match.as_deref(), &known)?;
        let sensors = api::sensors(cx).await?;
        let followers = api::followers(&known.profile, &sensors);
        if input.force == Some(false) && !followers.is_empty() {
            let why = format!("sensors follow the profile: {}", followers.join(", "));
            return Err(ContainerError::Conflict(why));
        }
        let mut draft = Draft::new(cx, &permit);
        draft.retire::<SensorProfiles>(id).await?;
        api::associate(&mut draft, id, sensors, &[]).await?;
        Written::of(&draft.commit().await?)
    }
}
