//! `ListThings` [IoT API reference].

use std::collections::BTreeMap;

use bartizan_ledger::{Page, Scope};
use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Kind, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{PAGE_ITEMS, iot};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::thing::{Thing, Things};

/// Lists registered devices by name.
#[derive(Debug)]
pub struct ListThings;

/// Which ones: all filters must hold.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingsRequest")]
pub struct Input {
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// They have this attribute.
    #[shape(length = ..=128, pattern = r"[a-zA-Z0-9_.,@/:#-]+")]
    pub attribute_name: Option<String>,
    /// With this value.
    #[shape(length = ..=800, pattern = r"[a-zA-Z0-9_.,@/:#=\[\]-]*")]
    pub attribute_value: Option<String>,
    /// They have this type.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_type_name: Option<String>,
    /// The attribute's value starts with the one given.
    pub use_prefix_attribute_value: Option<bool>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListThingsResponse")]
pub struct Output {
    /// By name. A page may have fewer than asked for, and still another behind it.
    #[shape(default)]
    pub things: Vec<ThingAttribute>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A registered device.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThingAttribute {
    /// Its name.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// As given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_type_name: Option<String>,
    /// Its ARN.
    #[shape(default)]
    pub thing_arn: String,
    /// By name.
    #[shape(
        default,
        key(length = ..=128, pattern = r"[a-zA-Z0-9_.,@/:#-]+"),
        each(length = ..=800, pattern = r"[a-zA-Z0-9_.,@/:#=\[\]-]*")
    )]
    pub attributes: BTreeMap<String, String>,
    /// One more with each update.
    #[shape(default)]
    pub version: i64,
}

/// Things that one call looks at, in pages of the ledger: a filter that few pass in a large fleet takes more calls rather
/// than one long one.
const LEDGER_PAGES_MAX: usize = 10;

impl Input {
    fn passes(&self, thing: &Thing) -> bool {
        let has_type = self.thing_type_name.is_none() || self.thing_type_name == thing.thing_type_name;
        let Some(name) = &self.attribute_name else { return has_type };
        let Some(value) = thing.attributes.get(name) else { return false };
        let has_value = self.attribute_value.as_ref().is_none_or(|wanted| {
            if self.use_prefix_attribute_value == Some(true) { value.starts_with(wanted) } else { value == wanted }
        });
        has_type && has_value
    }
}

impl Operation for ListThings {
    const NAME: &'static str = "ListThings";
    const ACTION: &'static str = "iot:ListThings";
    const BINDING: Binding = iot(
        Method::Get,
        "/things",
        &["nextToken", "maxResults", "attributeName", "attributeValue", "thingTypeName", "usePrefixAttributeValue"],
    );
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        if input.attribute_value.is_some() && input.attribute_name.is_none() {
            return Err(DeviceError::InvalidRequest(
                "attributeValue needs attributeName: say whose value it is".to_owned(),
            ));
        }
        let filters =
            (&input.attribute_name, &input.attribute_value, &input.thing_type_name, input.use_prefix_attribute_value);
        let pager = Pager::new(Self::NAME, &cx.realm, &filters);
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let scope = Scope::Heads { realm: cx.realm.clone(), kind: Things::NAME.to_owned(), prefix: String::new() };
        // Without filters everything passes, and one entry more says whether there is another page.
        let at_once = if filters == (&None, &None, &None, None) { limit.saturating_add(1) } else { usize::MAX };
        let at_once = u16::try_from(at_once).unwrap_or(u16::MAX).min(Page::LIMIT_MAX);
        let mut window = Page { after: pager.open(input.next_token.as_deref())?, limit: at_once };
        let mut things = Vec::new();
        for _ in 0..LEDGER_PAGES_MAX {
            let entries = cx.ledger.list(&scope, &window).await?;
            let is_last = entries.len() < usize::from(at_once);
            for entry in entries {
                if things.len() == limit {
                    return Ok(Output { things, next_token: window.after.map(|after| pager.seal(&after)) });
                }
                window.after = Some(entry.key.name.clone());
                let Some(held) = lifecycle::open::<Things>(entry)? else { continue };
                if input.passes(&held.document) {
                    things.push(listed(cx, held.document.into_inner()));
                }
            }
            if is_last {
                return Ok(Output { things, next_token: None });
            }
        }
        Ok(Output { things, next_token: window.after.map(|after| pager.seal(&after)) })
    }
}

fn listed(cx: &Cx, thing: Thing) -> ThingAttribute {
    ThingAttribute {
        thing_arn: Thing::arn(&cx.realm, &thing.thing_name).to_string(),
        thing_name: thing.thing_name,
        thing_type_name: thing.thing_type_name,
        attributes: thing.attributes,
        version: thing.version,
    }
}
