//! `ListResourcesForWebACL` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::ResourceType;
use crate::entity;
use crate::errors::WebError;
use crate::kind::{Associations, WebAcls};
use crate::protected;
use crate::room::WebRoom;

/// Lists what a web ACL protects, of one type.
#[derive(Debug)]
pub struct ListResourcesForWebAcl;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListResourcesForWebACLRequest")]
pub struct Input {
    /// The web ACL's.
    #[serde(rename = "WebACLArn")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub web_acl_arn: String,
    /// Of which type; load balancers if absent.
    pub resource_type: Option<ResourceType>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListResourcesForWebACLResponse")]
pub struct Output {
    /// What is protected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(each(length = 20..=2048, pattern = r".*\S.*"))]
    pub resource_arns: Option<Vec<String>>,
}

impl Operation for ListResourcesForWebAcl {
    const NAME: &'static str = "ListResourcesForWebACL";
    const ACTION: &'static str = "wafv2:ListResourcesForWebACL";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.web_acl_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        entity::find_arn::<WebAcls>(cx, &input.web_acl_arn).await?;
        let wanted = input.resource_type.unwrap_or(ResourceType::ApplicationLoadBalancer);
        let all = lifecycle::list::<Associations>(cx, "").await?;
        let ours = all.into_iter().map(|held| held.document.into_inner()).filter(|one| {
            one.web_acl_arn == input.web_acl_arn && protected::type_of(&cx.realm, &one.resource_arn) == Ok(wanted)
        });
        Ok(Output { resource_arns: Some(ours.map(|one| one.resource_arn).collect()) })
    }
}
