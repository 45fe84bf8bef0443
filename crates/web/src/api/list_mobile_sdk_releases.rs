//! `ListMobileSdkReleases` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{Platform, ReleaseSummary};
use crate::errors::WebError;
use crate::room::WebRoom;

/// Lists releases of the vendor's SDK: there are none here.
#[derive(Debug)]
pub struct ListMobileSdkReleases;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListMobileSdkReleasesRequest")]
pub struct Input {
    /// Of which telephones.
    pub platform: Platform,
    /// Leads to the next page, if there is one.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// At most so many; 100 if absent.
    #[shape(range = 1..=100)]
    pub limit: Option<i32>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListMobileSdkReleasesResponse")]
pub struct Output {
    /// None.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_summaries: Option<Vec<ReleaseSummary>>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
}

impl Operation for ListMobileSdkReleases {
    const NAME: &'static str = "ListMobileSdkReleases";
    const ACTION: &'static str = "wafv2:ListMobileSdkReleases";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, _cx: &Cx, _permit: Permit, _input: Checked<Input>) -> Result<Output, WebError> {
        Ok(Output { release_summaries: Some(Vec::new()), next_marker: None })
    }
}
