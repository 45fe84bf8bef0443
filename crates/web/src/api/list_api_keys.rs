//! `ListAPIKeys` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{ApiKeySummary, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::identity;
use crate::kind::ApiKeys;
use crate::room::WebRoom;

/// Lists API keys, oldest first.
#[derive(Debug)]
pub struct ListApiKeys;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListAPIKeysRequest")]
pub struct Input {
    /// Regional, or for CloudFront.
    pub scope: Scope,
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
#[shape(name = "ListAPIKeysResponse")]
pub struct Output {
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// By when they were made.
    #[serde(rename = "APIKeySummaries", skip_serializing_if = "Option::is_none")]
    pub api_key_summaries: Option<Vec<ApiKeySummary>>,
    /// Of the vendor's SDK: none here.
    #[serde(rename = "ApplicationIntegrationURL", skip_serializing_if = "Option::is_none")]
    pub application_integration_url: Option<String>,
}

impl Operation for ListApiKeys {
    const NAME: &'static str = "ListAPIKeys";
    const ACTION: &'static str = "wafv2:ListAPIKeys";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        identity::review_scope(&cx.realm, input.scope)?;
        let all = lifecycle::list::<ApiKeys>(cx, &identity::stored(input.scope, "")).await?;
        let items = all.into_iter().map(|held| {
            let key = held.document.into_inner();
            let place = format!("{:014} {}", key.creation_timestamp.0, identity::name_of(&held.entry.key.name));
            let summary = ApiKeySummary {
                token_domains: Some(key.token_domains),
                api_key: Some(key.api_key),
                creation_timestamp: Some(key.creation_timestamp),
                version: Some(0),
            };
            (place, summary)
        });
        let marker = input.next_marker.as_deref();
        let (page, next_marker) = entity::pages(cx, Self::NAME, input.scope, items.collect(), input.limit, marker)?;
        Ok(Output { next_marker, api_key_summaries: Some(page), application_integration_url: None })
    }
}
