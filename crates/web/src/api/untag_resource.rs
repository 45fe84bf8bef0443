//! `UntagResource` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use super::tagged;
use crate::errors::WebError;
use crate::room::WebRoom;

/// Removes tags from a resource.
#[derive(Debug)]
pub struct UntagResource;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UntagResourceRequest")]
pub struct Input {
    /// Its resource name.
    #[serde(rename = "ResourceARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
    /// Which ones.
    #[shape(length = 1.., each(length = 1..=128, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"))]
    pub tag_keys: Vec<String>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "UntagResourceResponse")]
pub struct Output {}

impl Operation for UntagResource {
    const NAME: &'static str = "UntagResource";
    const ACTION: &'static str = "wafv2:UntagResource";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/tags"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        tagged::change(cx, &permit, &input.resource_arn, |tags| Ok(tags.without(&input.tag_keys))).await?;
        Ok(Output {})
    }
}
