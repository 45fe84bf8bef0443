//! `GetBehaviorModelTrainingSummaries`

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::{Deserialize, Serialize};

use super::{iot, violations};
use crate::engine::{ModelStatus, Training};
use crate::errors::DeviceError;
use crate::profile::SecurityProfiles;
use crate::room::DeviceRoom;

/// How far the models of behaviors are.
#[derive(Debug)]
pub struct GetBehaviorModelTrainingSummaries;

/// Items of a page, at most and where a request does not say how many [IoT API reference].
const PAGE: usize = 10;

/// [IoT API reference, `GetBehaviorModelTrainingSummariesRequest`].
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetBehaviorModelTrainingSummariesRequest")]
pub struct Input {
    /// Only of this profile.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: Option<String>,
    /// Items of a page.
    #[shape(range = 1..=10)]
    pub max_results: Option<i32>,
    /// From the answer before.
    pub next_token: Option<String>,
}

/// [IoT API reference, `GetBehaviorModelTrainingSummariesResponse`].
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetBehaviorModelTrainingSummariesResponse")]
pub struct Output {
    /// A page.
    #[shape(default)]
    pub summaries: Vec<BehaviorModelTrainingSummary>,
    /// Leads to the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// [IoT API reference, `BehaviorModelTrainingSummary`].
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BehaviorModelTrainingSummary {
    /// Of which profile.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// Of which behavior.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub behavior_name: String,
    /// When the first value came.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub training_data_collection_start_date: Option<Timestamp>,
    /// How far it is.
    #[shape(default = ModelStatusShape::PendingBuild)]
    pub model_status: ModelStatusShape,
    /// How much of what it needs it has.
    #[shape(default, range = 0..=100)]
    pub datapoints_collection_percentage: f64,
    /// When it was built last.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub last_model_refresh_date: Option<Timestamp>,
}

/// [IoT API reference, `ModelStatus`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[shape(name = "ModelStatus")]
pub enum ModelStatusShape {
    /// It collects.
    PendingBuild,
    /// It judges.
    Active,
    /// It had too few values for too long.
    Expired,
}

impl Operation for GetBehaviorModelTrainingSummaries {
    const NAME: &'static str = "GetBehaviorModelTrainingSummaries";
    const ACTION: &'static str = "iot:GetBehaviorModelTrainingSummaries";
    const BINDING: Binding =
        iot(Method::Get, "/behavior-model-training/summaries", &["securityProfileName", "maxResults", "nextToken"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        violations::resource(cx, None, input.security_profile_name.as_deref())
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let profile = input.security_profile_name.as_deref();
        if let Some(profile) = profile
            && lifecycle::find::<SecurityProfiles>(cx, profile).await?.is_none()
        {
            return Err(DeviceError::not_found("SecurityProfile", profile));
        }
        let trainings = room.trainings(cx).await?.into_iter();
        let wanted = trainings.filter(|training| profile.is_none_or(|profile| *training.profile == *profile));
        // A profile's name has no character that sorts before the separator.
        let listed = wanted.map(|one| (format!("{}\u{1}{}", one.profile, one.behavior), summary(&one)));
        let pager = Pager::new(Self::NAME, &cx.realm, &profile);
        let limit = page::limit(input.max_results, PAGE);
        let (summaries, next_token) = pager.page(listed.collect(), input.next_token.as_deref(), limit)?;
        Ok(Output { summaries, next_token })
    }
}

fn summary(training: &Training) -> BehaviorModelTrainingSummary {
    BehaviorModelTrainingSummary {
        security_profile_name: training.profile.to_string(),
        behavior_name: training.behavior.to_string(),
        training_data_collection_start_date: training.started,
        model_status: match training.status {
            ModelStatus::PendingBuild => ModelStatusShape::PendingBuild,
            ModelStatus::Active => ModelStatusShape::Active,
            ModelStatus::Expired => ModelStatusShape::Expired,
        },
        datapoints_collection_percentage: training.percentage,
        last_model_refresh_date: training.refreshed,
    }
}
