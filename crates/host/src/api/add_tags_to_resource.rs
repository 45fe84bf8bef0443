//! `AddTagsToResource` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{SSM, taggable};
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::tags::{ResourceType, Tag, Tagged, Tags};

/// Adds tags to a baseline or a managed node; a tag of a key that is there already is overwritten.
#[derive(Debug)]
pub struct AddTagsToResource;

/// Which tags, to what.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "AddTagsToResourceRequest")]
pub struct Input {
    /// Baselines and managed nodes can be tagged here.
    pub resource_type: ResourceType,
    /// `pb-...` or `mi-...`.
    pub resource_id: String,
    /// Each with its value.
    #[shape(length = ..=1000)]
    pub tags: Vec<Tag>,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "AddTagsToResourceResult")]
pub struct Output {}

impl Operation for AddTagsToResource {
    const NAME: &'static str = "AddTagsToResource";
    const ACTION: &'static str = "ssm:AddTagsToResource";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/tags"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        taggable::resource(cx, input.resource_type, &input.resource_id)
    }

    async fn call(_room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let turn = lifecycle::key::<Tagged>(cx, &Tags::name(input.resource_type, &input.resource_id));
        let kind = input.resource_type;
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match taggable::change(cx, &permit, kind, &input.resource_id, |prior| prior.with(&input.tags)).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Output {}),
            }
        }
    }
}
