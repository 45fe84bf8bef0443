//! `DisassociateWebACL` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::errors::WebError;
use crate::kind::Associations;
use crate::protected;
use crate::room::WebRoom;

/// Protects a resource no longer.
#[derive(Debug)]
pub struct DisassociateWebAcl;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DisassociateWebACLRequest")]
pub struct Input {
    /// Its ARN.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "DisassociateWebACLResponse")]
pub struct Output {}

impl Operation for DisassociateWebAcl {
    const NAME: &'static str = "DisassociateWebACL";
    const ACTION: &'static str = "wafv2:DisassociateWebACL";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/association"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        protected::type_of(&cx.realm, &input.resource_arn)?;
        let mut draft = Draft::new(cx, &permit);
        if draft.retire::<Associations>(&input.resource_arn).await? {
            draft.commit().await?;
        }
        Ok(Output {})
    }
}
