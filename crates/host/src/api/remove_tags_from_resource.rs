//! `RemoveTagsFromResource` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{SSM, taggable};
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::tags::{ResourceType, Tagged, Tags};

/// Removes tags by key; keys that are not there are removed already.
#[derive(Debug)]
pub struct RemoveTagsFromResource;

/// Which tags, from what.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RemoveTagsFromResourceRequest")]
pub struct Input {
    /// Baselines and managed nodes can be tagged here.
    pub resource_type: ResourceType,
    /// `pb-...` or `mi-...`.
    pub resource_id: String,
    /// Of the tags.
    #[shape(each(length = 1..=128, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$"))]
    pub tag_keys: Vec<String>,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "RemoveTagsFromResourceResult")]
pub struct Output {}

impl Operation for RemoveTagsFromResource {
    const NAME: &'static str = "RemoveTagsFromResource";
    const ACTION: &'static str = "ssm:RemoveTagsFromResource";
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
            match taggable::change(cx, &permit, kind, &input.resource_id, |prior| prior.without(&input.tag_keys)).await
            {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Output {}),
            }
        }
    }
}
