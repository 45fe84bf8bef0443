//! `ListLoggingConfigurations` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{LogScope, LoggingConfiguration, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::identity;
use crate::kind::LoggingConfigurations;
use crate::room::WebRoom;

/// Lists where logs go, by web ACL.
#[derive(Debug)]
pub struct ListLoggingConfigurations;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListLoggingConfigurationsRequest")]
pub struct Input {
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// Leads to the next page, if there is one.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// At most so many; 100 if absent.
    #[shape(range = 1..=100)]
    pub limit: Option<i32>,
    /// Whose it is; `CUSTOMER` if absent.
    pub log_scope: Option<LogScope>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListLoggingConfigurationsResponse")]
pub struct Output {
    /// By web ACL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging_configurations: Option<Vec<LoggingConfiguration>>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
}

impl Operation for ListLoggingConfigurations {
    const NAME: &'static str = "ListLoggingConfigurations";
    const ACTION: &'static str = "wafv2:ListLoggingConfigurations";
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
        let wanted = input.log_scope.unwrap_or(LogScope::Customer);
        let all = lifecycle::list::<LoggingConfigurations>(cx, &identity::stored(input.scope, "")).await?;
        let ours = all.into_iter().filter(|held| held.document.log_scope == Some(wanted));
        let items = ours.map(|held| (held.entry.key.name.clone(), held.document.into_inner())).collect();
        let marker = input.next_marker.as_deref();
        let (page, next_marker) = entity::pages(cx, Self::NAME, input.scope, items, input.limit, marker)?;
        Ok(Output { logging_configurations: Some(page), next_marker })
    }
}
