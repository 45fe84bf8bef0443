//! `POST /v1/device/suggest`: a threshold for a metric, from what was recorded.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};
use serde::Serialize;

use crate::behavior::{ComparisonOperator, MetricDimension};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::room::suggested::Wanted;
use crate::target::Target;

/// Finds the tightest threshold with no more alarms a week than tolerated.
#[derive(Debug)]
pub struct SuggestThreshold;

/// Alarms a week that are tolerated if nobody says otherwise.
const TOLERATED_A_WEEK: f64 = 1.0;

/// What is looked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "SuggestThresholdRequest")]
pub struct Input {
    /// Built-in or custom; its values are numbers.
    #[shape(length = 1..=128)]
    pub metric_name: String,
    /// Narrows it to some topics.
    #[serde(rename = "MetricDimension")]
    pub metric_dimension: Option<MetricDimension>,
    /// How a normal value stands to the threshold; `less-than-equals` if absent.
    pub comparison_operator: Option<ComparisonOperator>,
    /// Seconds over which counters are summed.
    pub duration_seconds: Option<i32>,
    /// Alarms a week that somebody is willing to look at; 1 if absent.
    pub tolerated_alarms_a_week: Option<f64>,
    /// Of which devices; all if absent.
    pub security_profile_target_arn: Option<String>,
}

/// What was found; nothing where nothing was recorded.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "SuggestThresholdResponse")]
pub struct Output {
    /// To be compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Alarms a week that it would have raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms_a_week: Option<f64>,
    /// Values that this rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<i64>,
}

impl Operation for SuggestThreshold {
    const NAME: &'static str = "SuggestThreshold";
    const ACTION: &'static str = "bartizan:SuggestThreshold";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/device/suggest",
        body_bytes_max: 64 * 1024,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        Arn::new("iot", &cx.realm, "securityprofile/*").into()
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let input = input.into_inner();
        let target = match &input.security_profile_target_arn {
            Some(arn) => Target::read(&cx.realm, arn)?,
            None => Target::AllThings,
        };
        let tolerated = input.tolerated_alarms_a_week.unwrap_or(TOLERATED_A_WEEK);
        if !(tolerated >= 0.0 && tolerated.is_finite()) {
            return Err(DeviceError::InvalidRequest("ToleratedAlarmsAWeek should be 0 or more".to_owned()));
        }
        let wanted = Wanted {
            metric: input.metric_name,
            dimension: input.metric_dimension,
            operator: input.comparison_operator.unwrap_or(ComparisonOperator::LessThanEquals),
            duration_seconds: input.duration_seconds,
            tolerated_a_week: tolerated,
            target,
        };
        let found = room.suggest(cx, wanted).await?;
        Ok(Output {
            threshold: found.map(|found| found.threshold),
            alarms_a_week: found.map(|found| found.alarms_a_week),
            judged: found.map(|found| i64::try_from(found.judged).unwrap_or(i64::MAX)),
        })
    }
}
