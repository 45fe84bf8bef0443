//! `GET /v1/container/coverage/{ProfileId}`: whether images were scanned as often as their profile promises, and if not, why. The vendor
//! answers nothing like it.

use std::collections::BTreeSet;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;

use crate::engine::{self, Schedule};
use crate::errors::ContainerError;
use crate::room::ContainerRoom;
use crate::{api, profile, registry, told};

/// Late images that are listed where it is not said.
const LISTED: i32 = 20;

/// Says how well a profile covers the images of its sensors.
#[derive(Debug)]
pub struct GetCoverage;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetCoverageRequest")]
pub struct Input {
    /// A UUID.
    pub profile_id: String,
    /// Late images that are listed; 20 if absent.
    #[shape(range = 0..=1000)]
    pub listed: Option<i32>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetCoverageResponse")]
pub struct Output {
    /// The profile's name.
    pub profile_name: String,
    /// Sensors that follow it.
    pub sensors: i64,
    /// Images, those that were scanned in time, and the others by reason, as `bartizan container coverage` has it.
    pub coverage: Json,
}

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 1024;

impl Operation for GetCoverage {
    const NAME: &'static str = "GetCoverage";
    const ACTION: &'static str = "bartizan:GetCoverage";
    const BINDING: Binding = Binding::Native {
        method: Method::Get,
        path: "/v1/container/coverage/{ProfileId}",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::resource(cx, &input.profile_id)
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<Output, ContainerError> {
        let known = api::known(cx, &input.profile_id).await?;
        let plan = profile::plan(&known.profile).map_err(ContainerError::Internal)?;
        let sensors = api::followers(&known.profile, &api::sensors(cx).await?);
        let registries: BTreeSet<&str> = plan.registries().iter().map(String::as_str).collect();
        let ours = |schedule: &Schedule| registries.contains(&*schedule.registry);
        let schedules = registry::schedules(cx).await?.into_iter().filter(ours).collect();
        let mut world = room.read(&cx.realm, |known| known.world(&sensors, &registries, cx.now));
        world.schedules = schedules;
        let listed = usize::try_from(input.listed.unwrap_or(LISTED)).unwrap_or_default();
        let coverage = told::coverage(&engine::coverage(&plan, &world, listed), &plan, &world);
        Ok(Output {
            profile_name: known.profile.profile_name,
            sensors: i64::try_from(sensors.len()).unwrap_or(i64::MAX),
            coverage: Json::from(&coverage),
        })
    }
}
