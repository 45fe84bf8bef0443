//! `GetWebACL` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{Scope, WebAcl};
use crate::entity;
use crate::errors::WebError;
use crate::identity::Resource;
use crate::kind::WebAcls;
use crate::room::WebRoom;
use crate::settling;

/// Reads a web ACL, by name, scope and id or by its ARN.
#[derive(Debug)]
pub struct GetWebAcl;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetWebACLRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: Option<String>,
    /// Regional, or for CloudFront.
    pub scope: Option<Scope>,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: Option<String>,
    /// Its resource name.
    #[serde(rename = "ARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub arn: Option<String>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetWebACLResponse")]
pub struct Output {
    /// The web ACL.
    #[serde(rename = "WebACL", skip_serializing_if = "Option::is_none")]
    pub web_acl: Option<WebAcl>,
    /// Stands for this revision; a change must name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: Option<String>,
    /// Of the vendor's SDK: none here.
    #[serde(rename = "ApplicationIntegrationURL", skip_serializing_if = "Option::is_none")]
    pub application_integration_url: Option<String>,
}

impl Operation for GetWebAcl {
    const NAME: &'static str = "GetWebACL";
    const ACTION: &'static str = "wafv2:GetWebACL";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        summary::named_resource(
            cx,
            Resource::WebAcl,
            input.arn.as_deref(),
            input.scope,
            input.name.as_deref(),
            input.id.as_deref(),
        )
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let (scope, held) = match (&input.arn, &input.name, input.scope, &input.id) {
            (Some(arn), ..) => {
                let (named, held) = entity::find_arn::<WebAcls>(cx, arn).await?;
                (named.scope, held)
            }
            (None, Some(name), Some(scope), Some(id)) => (scope, entity::find::<WebAcls>(cx, scope, name, id).await?),
            _ => return Err(summary::neither_arn_nor_name("WEB_ACL").into()),
        };
        let mut acl = entity::own(&held.document);
        acl.capacity = Some(settling::cost_now(cx, &acl, scope).await?);
        Ok(Output { web_acl: Some(acl), lock_token: Some(held.entry.token.0), application_integration_url: None })
    }
}
