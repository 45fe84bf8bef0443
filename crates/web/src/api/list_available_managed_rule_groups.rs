//! `ListAvailableManagedRuleGroups` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::offered;
use crate::document::{ManagedRuleGroupSummary, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::room::WebRoom;

/// Lists the managed rule groups that web ACLs can run, by vendor and name.
#[derive(Debug)]
pub struct ListAvailableManagedRuleGroups;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListAvailableManagedRuleGroupsRequest")]
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
#[shape(name = "ListAvailableManagedRuleGroupsResponse")]
pub struct Output {
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// By vendor and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_rule_groups: Option<Vec<ManagedRuleGroupSummary>>,
}

impl Operation for ListAvailableManagedRuleGroups {
    const NAME: &'static str = "ListAvailableManagedRuleGroups";
    const ACTION: &'static str = "wafv2:ListAvailableManagedRuleGroups";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let sets = offered::all(cx, input.scope).await?;
        let items = sets.into_iter().map(|set| {
            let place = format!("{} {}", set.vendor_name, set.name);
            let summary = ManagedRuleGroupSummary {
                vendor_name: Some(set.vendor_name),
                name: Some(set.name),
                versioning_supported: Some(set.versioning_supported),
                description: set.description,
            };
            (place, summary)
        });
        let marker = input.next_marker.as_deref();
        let (page, next_marker) = entity::pages(cx, Self::NAME, input.scope, items.collect(), input.limit, marker)?;
        Ok(Output { next_marker, managed_rule_groups: Some(page) })
    }
}
