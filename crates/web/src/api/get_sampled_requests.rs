//! `GetSampledRequests` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::complaint::Complaint;
use crate::document::{SampledHttpRequest, Scope, TimeWindow};
use crate::entity;
use crate::errors::WebError;
use crate::kind::WebAcls;
use crate::room::WebRoom;
use crate::traffic::{SamplesAsked, Window};

/// Shows some of the requests that a rule matched.
#[derive(Debug)]
pub struct GetSampledRequests;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetSampledRequestsRequest")]
pub struct Input {
    /// The web ACL's.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub web_acl_arn: String,
    /// The rule's metric, the web ACL's for all, `Default_Action` for what no rule ended.
    #[shape(length = 1..=255, pattern = r"^[\w#:\.\-/]+$")]
    pub rule_metric_name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// At most three hours back.
    pub time_window: TimeWindow,
    /// At most so many.
    #[shape(range = 1..=500)]
    pub max_items: i64,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetSampledRequestsResponse")]
pub struct Output {
    /// Some of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled_requests: Option<Vec<SampledHttpRequest>>,
    /// Of how many they were taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population_size: Option<i64>,
    /// At most three hours back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_window: Option<TimeWindow>,
}

impl Operation for GetSampledRequests {
    const NAME: &'static str = "GetSampledRequests";
    const ACTION: &'static str = "wafv2:GetSampledRequests";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.web_acl_arn)
    }

    async fn call(room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let (_, held) = entity::find_arn::<WebAcls>(cx, &input.web_acl_arn).await?;
        let asked = &input.time_window;
        let complain = |reason: &str| Complaint::new("WEB_ACL", "TimeWindow", reason);
        if asked.start_time >= asked.end_time {
            return Err(complain("The window must start before it ends.").into());
        }
        let earliest = Timestamp(cx.now.0.saturating_sub(HOURS_BACK_MS));
        if asked.end_time <= earliest {
            return Err(complain("The window must end within the last three hours.").into());
        }
        let window = Window { from: asked.start_time.max(earliest), to: asked.end_time };
        let asked = SamplesAsked {
            web_acl_arn: held.document.arn.clone(),
            metric: input.rule_metric_name.clone(),
            window,
            limit: usize::try_from(input.max_items).unwrap_or_default(),
        };
        let samples = room.traffic().samples(cx, &asked).await?;
        Ok(Output {
            sampled_requests: Some(samples.requests),
            population_size: Some(i64::try_from(samples.population).unwrap_or(i64::MAX)),
            time_window: Some(TimeWindow { start_time: window.from, end_time: samples.until.unwrap_or(window.to) }),
        })
    }
}

/// How far back samples are kept.
const HOURS_BACK_MS: i64 = 3 * 60 * 60 * 1_000;
