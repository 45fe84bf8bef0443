//! `POST /v1/web/rule-sets`: an operator makes an empty managed rule set for a vendor. The vendor's own API has no way to.

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{BODY_BYTES_MAX, summary};
use crate::document::{ManagedRuleSetSummary, Scope};
use crate::errors::WebError;
use crate::identity::{self, Named, Resource};
use crate::kind::{ManagedRuleSets, StoredRuleSet, Vendors};
use crate::room::WebRoom;
use crate::{entity, label};

/// Creates a managed rule set.
#[derive(Debug)]
pub struct CreateManagedRuleSet;

/// Whose, and what it is called.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateManagedRuleSetRequest")]
pub struct Input {
    /// A registered vendor's.
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: String,
    /// Unique in its scope.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// What it is for.
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// What stands before the labels of its rules; made of vendor and name if absent.
    #[shape(length = 1..=1024, pattern = r"^awswaf:managed:[0-9A-Za-z_\-:]+:$")]
    pub label_namespace: Option<String>,
    /// Where news of its versions are told, if not where the vendor's are.
    #[shape(length = 20..=2048)]
    pub sns_topic_arn: Option<String>,
    /// Whether customers choose among versions; `true` if absent.
    pub versioning_supported: Option<bool>,
}

/// The rule set.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateManagedRuleSetResponse")]
pub struct Output {
    /// With its first lock token.
    pub summary: ManagedRuleSetSummary,
}

impl Operation for CreateManagedRuleSet {
    const NAME: &'static str = "CreateManagedRuleSet";
    const ACTION: &'static str = "bartizan:CreateManagedRuleSet";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/web/rule-sets",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    const WRITES: &'static [&'static str] = &["web/managed-rule-set", "web/tags"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        identity::review_scope(&cx.realm, input.scope)?;
        let _turn = entity::turn(cx).await;
        let vendors = lifecycle::list::<Vendors>(cx, "").await?;
        let vendor = vendors.into_iter().find(|held| held.document.vendor_name == input.vendor_name);
        let Some(vendor) = vendor.map(|held| held.document.into_inner()) else {
            let text = format!("there is no vendor `{}`: register it first", input.vendor_name);
            return Err(WebError::Nonexistent(text));
        };
        let id = identity::mint(cx);
        let named =
            Named { scope: input.scope, resource: Resource::ManagedRuleSet, name: input.name.clone(), id: id.clone() };
        let namespace = input.label_namespace.clone();
        let set = StoredRuleSet {
            label_namespace: namespace.unwrap_or_else(|| label::of_managed(&vendor.label_slug, &input.name)),
            vendor_name: vendor.vendor_name,
            name: input.name.clone(),
            id,
            description: input.description.clone(),
            sns_topic_arn: input.sns_topic_arn.clone().or(vendor.sns_topic_arn),
            versioning_supported: input.versioning_supported.unwrap_or(true),
            published_versions: BTreeMap::new(),
            recommended_version: None,
        };
        let held = entity::create::<ManagedRuleSets>(cx, &permit, &named, set, None).await?;
        Ok(Output { summary: summary::managed_rule_set(cx, input.scope, &held) })
    }
}
