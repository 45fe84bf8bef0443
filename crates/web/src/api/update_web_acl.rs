//! `UpdateWebACL` [WAFV2 API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{
    ApplicationConfig, AssociationConfig, CaptchaConfig, ChallengeConfig, CustomResponseBody, DataProtectionConfig,
    DefaultAction, OnSourceDdosProtectionConfig, Rule, Scope, VisibilityConfig, WebAcl,
};
use crate::entity;
use crate::errors::WebError;
use crate::identity::{self, Resource};
use crate::kind::WebAcls;
use crate::room::WebRoom;
use crate::settling;

/// Replaces the rules of a web ACL and everything else that can change; what is not given is cleared.
#[derive(Debug)]
pub struct UpdateWebAcl;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UpdateWebACLRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: String,
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
    /// Stands for this revision; a change must name it.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: String,
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
#[shape(name = "UpdateWebACLResponse")]
pub struct Output {
    /// Stands for the new revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub next_lock_token: Option<String>,
}

impl Operation for UpdateWebAcl {
    const NAME: &'static str = "UpdateWebACL";
    const ACTION: &'static str = "wafv2:UpdateWebACL";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/web-acl"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        entity::resource(cx, input.scope, Resource::WebAcl, &input.name, &input.id)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let sent = WebAcl {
            name: input.name.clone(),
            id: input.id.clone(),
            arn: identity::arn(&cx.realm, input.scope, Resource::WebAcl, &input.name, &input.id).into(),
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
        let mut next = settling::acl(cx, sent)?;
        let _turn = entity::turn(cx).await;
        let held = entity::find::<WebAcls>(cx, input.scope, &input.name, &input.id).await?;
        entity::unlock(cx, &held, &input.lock_token)?;
        settling::acl_references(cx, &mut next, input.scope, Some(&held.document)).await?;
        let held = entity::replace(cx, &permit, &held, next).await?;
        Ok(Output { next_lock_token: Some(held.entry.token.0) })
    }
}
