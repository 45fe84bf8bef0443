//! `GetWebACLForResource` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::WebAcl;
use crate::entity;
use crate::errors::WebError;
use crate::kind::{Associations, WebAcls};
use crate::protected;
use crate::room::WebRoom;
use crate::settling;

/// Reads the web ACL that protects a resource; none if nothing does.
#[derive(Debug)]
pub struct GetWebAclForResource;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetWebACLForResourceRequest")]
pub struct Input {
    /// Its ARN.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetWebACLForResourceResponse")]
pub struct Output {
    /// The web ACL.
    #[serde(rename = "WebACL", skip_serializing_if = "Option::is_none")]
    pub web_acl: Option<WebAcl>,
}

impl Operation for GetWebAclForResource {
    const NAME: &'static str = "GetWebACLForResource";
    const ACTION: &'static str = "wafv2:GetWebACLForResource";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        protected::type_of(&cx.realm, &input.resource_arn)?;
        let Some(association) = lifecycle::find::<Associations>(cx, &input.resource_arn).await? else {
            return Ok(Output { web_acl: None });
        };
        let (named, held) = entity::find_arn::<WebAcls>(cx, &association.document.web_acl_arn).await?;
        let mut acl = entity::own(&held.document);
        acl.capacity = Some(settling::cost_now(cx, &acl, named.scope).await?);
        Ok(Output { web_acl: Some(acl) })
    }
}
