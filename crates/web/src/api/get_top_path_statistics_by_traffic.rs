//! `GetTopPathStatisticsByTraffic` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::complaint::Complaint;
use crate::document::{PathStatistics, Scope, TimeWindow};
use crate::entity;
use crate::errors::WebError;
use crate::kind::WebAcls;
use crate::room::WebRoom;
use crate::traffic::{PathsAsked, Window};

/// Lists the paths that are asked for most.
#[derive(Debug)]
pub struct GetTopPathStatisticsByTraffic;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetTopPathStatisticsByTrafficRequest")]
pub struct Input {
    /// The web ACL's.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub web_acl_arn: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// Paths that start so.
    #[shape(length = 1..=512, pattern = r"^\/[^ ]*$")]
    pub uri_path_prefix: Option<String>,
    /// At most three hours back.
    pub time_window: TimeWindow,
    /// Only such bots.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub bot_category: Option<String>,
    /// Only such bots.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub bot_organization: Option<String>,
    /// Only this bot.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub bot_name: Option<String>,
    /// At most so many; 100 if absent.
    #[shape(range = 1..=100)]
    pub limit: i32,
    /// How many bots to name.
    #[shape(range = 1..=10)]
    pub number_of_top_traffic_bots_per_path: i32,
    /// Leads to the next page, if there is one.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetTopPathStatisticsByTrafficResponse")]
pub struct Output {
    /// Most requests first.
    pub path_statistics: Vec<PathStatistics>,
    /// Of all paths.
    #[shape(range = 0..)]
    pub total_request_count: i64,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// By category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_categories: Option<Vec<PathStatistics>>,
}

impl Operation for GetTopPathStatisticsByTraffic {
    const NAME: &'static str = "GetTopPathStatisticsByTraffic";
    const ACTION: &'static str = "wafv2:GetTopPathStatisticsByTraffic";
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
        let window = &input.time_window;
        if window.start_time >= window.end_time {
            return Err(Complaint::new("WEB_ACL", "TimeWindow", "The window must start before it ends.").into());
        }
        let asked = PathsAsked {
            web_acl_arn: held.document.arn.clone(),
            prefix: input.uri_path_prefix.clone().unwrap_or_default(),
            window: Window { from: window.start_time, to: window.end_time },
        };
        let paths = room.traffic().paths(cx, &asked).await?;
        let items = paths.paths.into_iter().enumerate().map(|(place, path)| (format!("{place:06}"), path)).collect();
        let marker = input.next_marker.as_deref();
        let limit = Some(input.limit);
        let (path_statistics, next_marker) = entity::pages(cx, Self::NAME, input.scope, items, limit, marker)?;
        let total_request_count = i64::try_from(paths.total).unwrap_or(i64::MAX);
        Ok(Output { path_statistics, total_request_count, next_marker, top_categories: None })
    }
}
