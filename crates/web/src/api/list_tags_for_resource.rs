//! `ListTagsForResource` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use super::tagged;
use crate::document::TagInfoForResource;
use crate::entity;
use crate::errors::WebError;
use crate::kind::Tagged;
use crate::kind::tags;
use crate::room::WebRoom;

/// Lists the tags of a resource by key.
#[derive(Debug)]
pub struct ListTagsForResource;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListTagsForResourceRequest")]
pub struct Input {
    /// Leads to the next page, if there is one.
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// At most so many; 100 if absent.
    #[shape(range = 1..=100)]
    pub limit: Option<i32>,
    /// Its resource name.
    #[serde(rename = "ResourceARN")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListTagsForResourceResponse")]
pub struct Output {
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256, pattern = r".*\S.*")]
    pub next_marker: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_info_for_resource: Option<TagInfoForResource>,
}

impl Operation for ListTagsForResource {
    const NAME: &'static str = "ListTagsForResource";
    const ACTION: &'static str = "wafv2:ListTagsForResource";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let (named, _) = tagged::find(cx, &input.resource_arn).await?;
        let held = lifecycle::find::<Tagged>(cx, &tags::stored(&named)).await?;
        let known = held.map(|held| held.document.into_inner().tags).unwrap_or_default();
        let items = known.into_iter().map(|tag| (tag.key.clone(), tag)).collect();
        let marker = input.next_marker.as_deref();
        let (page, next_marker) = entity::pages(cx, Self::NAME, named.scope, items, input.limit, marker)?;
        let info = TagInfoForResource { resource_arn: Some(input.resource_arn.clone()), tag_list: Some(page) };
        Ok(Output { next_marker, tag_info_for_resource: Some(info) })
    }
}
