//! `ListTagsForResource` [IoT API reference].

use bartizan_operation::page::Pager;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::tags::{self, TAGS_MAX, Tag};

/// Lists the tags of a resource.
#[derive(Debug)]
pub struct ListTagsForResource;

/// Of which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListTagsForResourceRequest")]
pub struct Input {
    /// A security profile, custom metric, dimension, mitigation action or thing group.
    pub resource_arn: String,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// All of them: a page has room for as many as a resource can have.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListTagsForResourceResponse")]
pub struct Output {
    /// By key.
    #[shape(default)]
    pub tags: Vec<Tag>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListTagsForResource {
    const NAME: &'static str = "ListTagsForResource";
    const ACTION: &'static str = "iot:ListTagsForResource";
    const BINDING: Binding = iot(Method::Get, "/tags", &["resourceArn", "nextToken"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        input.resource_arn.parse::<Arn>().map_or_else(|_| ResourceName::any(), Into::into)
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let arn = tags::find(cx, &input.resource_arn).await?;
        let tags = tags::of(cx, &arn).await?.tags.into_iter().map(|tag| (tag.key.clone(), tag)).collect();
        let pager = Pager::new(Self::NAME, &cx.realm, &arn);
        let (tags, next_token) = pager.page(tags, input.next_token.as_deref(), TAGS_MAX)?;
        Ok(Output { tags, next_token })
    }
}
