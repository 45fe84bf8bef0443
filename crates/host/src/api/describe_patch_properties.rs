//! `DescribePatchProperties` [SSM API reference]: the values that filters of baselines take.

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::errors::HostError;
use crate::property::{self, PatchSet, Property};
use crate::room::HostRoom;
use crate::system::OperatingSystem;
use bartizan_operation::page::{self, Pager};

/// Lists the values of a property of an operating system.
#[derive(Debug)]
pub struct DescribePatchProperties;

/// Which values.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribePatchPropertiesRequest")]
pub struct Input {
    /// Whose.
    pub operating_system: OperatingSystem,
    /// Which property.
    pub property: Property,
    /// Windows: products of the system, or applications; both if absent.
    pub patch_set: Option<PatchSet>,
    /// At most so many; 50 if absent.
    #[shape(range = 1..=50)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribePatchPropertiesResult")]
pub struct Output {
    /// Each value as `Name`; Windows products with their `ProductFamily`.
    #[shape(default, each(key(length = 1..=64), each(length = 0..=4096)))]
    pub properties: Vec<BTreeMap<String, String>>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

const PAGE_DEFAULT: usize = 50;

impl Operation for DescribePatchProperties {
    const NAME: &'static str = "DescribePatchProperties";
    const ACTION: &'static str = "ssm:DescribePatchProperties";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let (system, property) = (input.operating_system, input.property);
        if !property::exists(system, property) {
            return Err(HostError::Validation(format!(
                "Property {} is not available for OperatingSystem {system}",
                property.as_wire()
            )));
        }
        let listed = property::values(system, property).into_iter().enumerate().filter_map(|(number, name)| {
            let product = property::windows_product(&name).filter(|_| property == Property::Product);
            let wanted = input.patch_set.is_none_or(|set| product.is_none_or(|(_, own)| own == set));
            let family = product.map(|(family, _)| ("ProductFamily".to_owned(), family.to_owned()));
            let entry: BTreeMap<String, String> = [("Name".to_owned(), name)].into_iter().chain(family).collect();
            // In the order of the list, which the vendor's clients show as it comes.
            wanted.then(|| (format!("{number:06}"), entry))
        });
        let bound = (system.as_wire(), property.as_wire(), input.patch_set.map(|set| set.as_wire()));
        let pager = Pager::new(Self::NAME, &cx.realm, &bound);
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let page = pager.page(listed.collect(), input.next_token.as_deref(), limit);
        let (properties, next_token) = page.map_err(HostError::token_is_not_modelled)?;
        Ok(Output { properties, next_token })
    }
}
