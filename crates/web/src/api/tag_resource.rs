//! `TagResource` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use super::tagged;
use crate::document::Tag;
use crate::errors::WebError;
use crate::room::WebRoom;

/// Adds tags to a resource; one of the same key is replaced.
#[derive(Debug)]
pub struct TagResource;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "TagResourceRequest")]
pub struct Input {
    /// Its resource name.
    #[serde(rename = "ResourceARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
    /// Key and value pairs.
    #[shape(length = 1..)]
    pub tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "TagResourceResponse")]
pub struct Output {}

impl Operation for TagResource {
    const NAME: &'static str = "TagResource";
    const ACTION: &'static str = "wafv2:TagResource";
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
        tagged::change(cx, &permit, &input.resource_arn, |tags| tags.with(&input.tags)).await?;
        Ok(Output {})
    }
}
