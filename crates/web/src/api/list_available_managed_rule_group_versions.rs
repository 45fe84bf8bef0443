//! `ListAvailableManagedRuleGroupVersions` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{ManagedRuleGroupVersion, Scope};
use crate::entity;
use crate::errors::WebError;
use crate::room::WebRoom;
use crate::settling;

/// Lists the versions of a managed rule group that web ACLs can choose, newest first.
#[derive(Debug)]
pub struct ListAvailableManagedRuleGroupVersions;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListAvailableManagedRuleGroupVersionsRequest")]
pub struct Input {
    /// Who made it.
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: String,
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
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
#[shape(name = "ListAvailableManagedRuleGroupVersionsResponse")]
pub struct Output {
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// Newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<Vec<ManagedRuleGroupVersion>>,
    /// What a web ACL gets that names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub current_default_version: Option<String>,
}

impl Operation for ListAvailableManagedRuleGroupVersions {
    const NAME: &'static str = "ListAvailableManagedRuleGroupVersions";
    const ACTION: &'static str = "wafv2:ListAvailableManagedRuleGroupVersions";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let set = settling::managed(cx, input.scope, &input.vendor_name, &input.name).await?;
        let listed = if set.versioning_supported { set.listed() } else { Vec::new() };
        let items = listed.into_iter().enumerate().map(|(place, (name, version))| {
            let version = ManagedRuleGroupVersion {
                name: Some(name.to_owned()),
                last_update_timestamp: version.last_update_timestamp,
            };
            (format!("{place:06}"), version)
        });
        let marker = input.next_marker.as_deref();
        let operation = Self::NAME;
        let (page, next_marker) = entity::pages(cx, operation, input.scope, items.collect(), input.limit, marker)?;
        let current_default_version = set.recommended_version.clone().filter(|_| set.versioning_supported);
        Ok(Output { next_marker, versions: Some(page), current_default_version })
    }
}
