//! `DescribeManagedRuleGroup` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{LabelSummary, RuleSummary, Scope};
use crate::errors::WebError;
use crate::kind::ManagedVersions;
use crate::kind::managed_version;
use crate::room::WebRoom;
use crate::settling;

/// Says what a version of a managed rule group does, or else the one that its vendor recommends.
#[derive(Debug)]
pub struct DescribeManagedRuleGroup;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeManagedRuleGroupRequest")]
pub struct Input {
    /// Who made it.
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: String,
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// Which version.
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub version_name: Option<String>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeManagedRuleGroupResponse")]
pub struct Output {
    /// Which version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub version_name: Option<String>,
    /// Where news of its versions are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub sns_topic_arn: Option<String>,
    /// Web ACL capacity units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 1..)]
    pub capacity: Option<i64>,
    /// In any order; priorities decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<RuleSummary>>,
    /// What stands before the labels of its rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub label_namespace: Option<String>,
    /// Labels that its rules put on requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_labels: Option<Vec<LabelSummary>>,
    /// Labels that its rules look for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumed_labels: Option<Vec<LabelSummary>>,
}

impl Operation for DescribeManagedRuleGroup {
    const NAME: &'static str = "DescribeManagedRuleGroup";
    const ACTION: &'static str = "wafv2:DescribeManagedRuleGroup";
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
        settling::choose(cx, &set, input.version_name.as_deref(), false)?;
        let name = input.version_name.clone().or_else(|| set.recommended_version.clone()).unwrap_or_default();
        let stored = managed_version::stored(input.scope, &set.name, &name);
        let held = lifecycle::find::<ManagedVersions>(cx, &stored).await?;
        let version = held.ok_or_else(|| WebError::nonexistent("version", &name))?.document.into_inner();
        let rules = version.rules.into_iter().map(|rule| RuleSummary { name: Some(rule.name), action: rule.action });
        Ok(Output {
            version_name: Some(name).filter(|_| set.versioning_supported),
            sns_topic_arn: set.sns_topic_arn,
            capacity: Some(version.capacity),
            rules: Some(rules.collect()),
            label_namespace: Some(set.label_namespace),
            available_labels: Some(version.available_labels),
            consumed_labels: Some(version.consumed_labels),
        })
    }
}
