//! `CreateWebACL` [WAFV2 API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{
    ApplicationConfig, AssociationConfig, CaptchaConfig, ChallengeConfig, CustomResponseBody, DataProtectionConfig,
    DefaultAction, OnSourceDdosProtectionConfig, Rule, Scope, Tag, VisibilityConfig, WebAcl, WebAclSummary,
};
use crate::entity;
use crate::errors::WebError;
use crate::identity::{self, Named, Resource};
use crate::kind::WebAcls;
use crate::room::WebRoom;
use crate::settling;

/// Creates a web ACL.
#[derive(Debug)]
pub struct CreateWebAcl;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateWebACLRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// What is done with requests that no rule ends.
    pub default_action: DefaultAction,
    /// What it is for.
    #[shape(length = 1..=256, pattern = r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")]
    pub description: Option<String>,
    /// In any order; priorities decide.
    pub rules: Option<Vec<Rule>>,
    /// What is measured and sampled.
    pub visibility_config: VisibilityConfig,
    /// What must not be seen in logs and samples.
    pub data_protection_config: Option<DataProtectionConfig>,
    /// Key and value pairs.
    #[shape(length = 1..)]
    pub tags: Option<Vec<Tag>>,
    /// Bodies that custom responses name.
    #[shape(length = 1.., key(length = 1..=128, pattern = r"^[\w\-]+$"))]
    pub custom_response_bodies: Option<BTreeMap<String, CustomResponseBody>>,
    /// How long a solved puzzle counts.
    pub captcha_config: Option<CaptchaConfig>,
    /// How long a passed challenge counts.
    pub challenge_config: Option<ChallengeConfig>,
    /// Where it may be used.
    #[shape(each(length = 1..=253, pattern = r"^[\w\.\-/]+$"))]
    pub token_domains: Option<Vec<String>>,
    /// How much of a body is inspected.
    pub association_config: Option<AssociationConfig>,
    /// What load balancers do with addresses of low reputation.
    #[serde(rename = "OnSourceDDoSProtectionConfig")]
    pub on_source_ddos_protection_config: Option<OnSourceDdosProtectionConfig>,
    /// What the application is.
    pub application_config: Option<ApplicationConfig>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateWebACLResponse")]
pub struct Output {
    /// What was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<WebAclSummary>,
}

impl Operation for CreateWebAcl {
    const NAME: &'static str = "CreateWebACL";
    const ACTION: &'static str = "wafv2:CreateWebACL";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/web-acl", "web/tags"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        identity::review_scope(&cx.realm, input.scope)?;
        let id = identity::mint(cx);
        let named = Named { scope: input.scope, resource: Resource::WebAcl, name: input.name.clone(), id: id.clone() };
        let acl = WebAcl {
            name: input.name.clone(),
            id,
            arn: named.arn(&cx.realm).into(),
            default_action: input.default_action.clone(),
            description: input.description.clone(),
            rules: input.rules.clone(),
            visibility_config: input.visibility_config.clone(),
            data_protection_config: input.data_protection_config.clone(),
            capacity: None,
            pre_process_firewall_manager_rule_groups: Some(Vec::new()),
            post_process_firewall_manager_rule_groups: Some(Vec::new()),
            managed_by_firewall_manager: Some(false),
            label_namespace: None,
            custom_response_bodies: input.custom_response_bodies.clone(),
            captcha_config: input.captcha_config.clone(),
            challenge_config: input.challenge_config.clone(),
            token_domains: input.token_domains.clone(),
            association_config: input.association_config.clone(),
            retrofitted_by_firewall_manager: Some(false),
            on_source_ddos_protection_config: input.on_source_ddos_protection_config.clone(),
            application_config: input.application_config.clone(),
        };
        let mut acl = settling::acl(cx, acl)?;
        let _turn = entity::turn(cx).await;
        settling::acl_references(cx, &mut acl, input.scope, None).await?;
        let held = entity::create::<WebAcls>(cx, &permit, &named, acl, input.tags.as_deref()).await?;
        Ok(Output { summary: Some(summary::web_acl(&held)) })
    }
}
