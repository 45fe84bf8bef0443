//! `ListTagsForResource` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{SSM, taggable};
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::tags::{self, ResourceType, Tag};

/// Lists the tags of a baseline or a managed node.
#[derive(Debug)]
pub struct ListTagsForResource;

/// Of what.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListTagsForResourceRequest")]
pub struct Input {
    /// Baselines and managed nodes can be tagged here.
    pub resource_type: ResourceType,
    /// `pb-...` or `mi-...`.
    pub resource_id: String,
}

/// All of them.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListTagsForResourceResult")]
pub struct Output {
    /// By key.
    #[shape(default, length = ..=1000)]
    pub tag_list: Vec<Tag>,
}

impl Operation for ListTagsForResource {
    const NAME: &'static str = "ListTagsForResource";
    const ACTION: &'static str = "ssm:ListTagsForResource";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        taggable::resource(cx, input.resource_type, &input.resource_id)
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let (id, _) = taggable::find(cx, input.resource_type, &input.resource_id).await?;
        let tags = tags::of(cx, input.resource_type, &id).await?;
        Ok(Output { tag_list: tags.tags })
    }
}
