//! `AssociateWebACL` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::Scope;
use crate::entity;
use crate::errors::WebError;
use crate::kind::{Association, Associations, WebAcls};
use crate::protected;
use crate::room::WebRoom;

/// Protects a resource by a web ACL, instead of the one that protected it before.
#[derive(Debug)]
pub struct AssociateWebAcl;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "AssociateWebACLRequest")]
pub struct Input {
    /// The web ACL's.
    #[serde(rename = "WebACLArn")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub web_acl_arn: String,
    /// Its ARN.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "AssociateWebACLResponse")]
pub struct Output {}

impl Operation for AssociateWebAcl {
    const NAME: &'static str = "AssociateWebACL";
    const ACTION: &'static str = "wafv2:AssociateWebACL";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/association"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.web_acl_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let (named, held) = entity::find_arn::<WebAcls>(cx, &input.web_acl_arn).await?;
        if named.scope == Scope::Cloudfront {
            let text = "a web ACL of CloudFront is attached in the settings of the distribution";
            return Err(WebError::InvalidOperation(text.to_owned()));
        }
        protected::type_of(&cx.realm, &input.resource_arn)?;
        let _turn = entity::turn(cx).await;
        let association =
            Association { resource_arn: input.resource_arn.clone(), web_acl_arn: input.web_acl_arn.clone() };
        let mut draft = Draft::new(cx, &permit);
        draft.guard::<WebAcls>(&named.stored(), Some(&held.entry));
        draft.put::<Associations>(&input.resource_arn, association).await?;
        draft.commit().await?;
        Ok(Output {})
    }
}
