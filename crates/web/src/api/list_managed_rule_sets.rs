//! `ListManagedRuleSets` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{ManagedRuleSetSummary, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::kind::ManagedRuleSets;
use crate::room::WebRoom;

/// Lists the managed rule sets that this account publishes, by name.
#[derive(Debug)]
pub struct ListManagedRuleSets;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListManagedRuleSetsRequest")]
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
#[shape(name = "ListManagedRuleSetsResponse")]
pub struct Output {
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// By name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_rule_sets: Option<Vec<ManagedRuleSetSummary>>,
}

impl Operation for ListManagedRuleSets {
    const NAME: &'static str = "ListManagedRuleSets";
    const ACTION: &'static str = "wafv2:ListManagedRuleSets";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let marker = input.next_marker.as_deref();
        let (held, next_marker) =
            entity::list::<ManagedRuleSets>(cx, Self::NAME, input.scope, input.limit, marker).await?;
        let managed_rule_sets =
            Some(held.iter().map(|held| summary::managed_rule_set(cx, input.scope, held)).collect());
        Ok(Output { next_marker, managed_rule_sets })
    }
}
