//! `ListPrincipalThings` [IoT API reference].

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::PAGE_ITEMS;
use super::certificates::PRINCIPAL;
use crate::certificate;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Lists the things that a certificate stands for.
#[derive(Debug)]
pub struct ListPrincipalThings;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListPrincipalThingsRequest")]
pub struct Input {
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// The ARN of a certificate.
    pub principal: String,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListPrincipalThingsResponse")]
pub struct Output {
    /// Their names.
    #[shape(default, each(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+"))]
    pub things: Vec<String>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListPrincipalThings {
    const NAME: &'static str = "ListPrincipalThings";
    const ACTION: &'static str = "iot:ListPrincipalThings";
    const BINDING: Binding = Binding::AwsRest {
        method: Method::Get,
        path: "/principals/things",
        query: &["nextToken", "maxResults"],
        elsewhere: &[PRINCIPAL],
        payload: None,
        signing: &["iot"],
    };
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        input.principal.parse().unwrap_or_else(|_| ResourceName::any())
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let id = certificate::of_arn(&cx.realm, &input.principal)?;
        let things = certificate::known(cx, &id).await?.document.into_inner().things;
        let keyed = things.into_iter().map(|name| (name.clone(), name)).collect();
        let pager = Pager::new(Self::NAME, &cx.realm, &id);
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let (things, next_token) = pager.page(keyed, input.next_token.as_deref(), limit)?;
        Ok(Output { things, next_token })
    }
}
