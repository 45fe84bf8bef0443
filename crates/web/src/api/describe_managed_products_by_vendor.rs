//! `DescribeManagedProductsByVendor` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::offered;
use crate::document::{ManagedProductDescriptor, Scope};
use crate::errors::WebError;
use crate::room::WebRoom;

/// Describes the managed rule groups of a vendor.
#[derive(Debug)]
pub struct DescribeManagedProductsByVendor;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeManagedProductsByVendorRequest")]
pub struct Input {
    /// Who made it.
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeManagedProductsByVendorResponse")]
pub struct Output {
    /// By vendor and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_products: Option<Vec<ManagedProductDescriptor>>,
}

impl Operation for DescribeManagedProductsByVendor {
    const NAME: &'static str = "DescribeManagedProductsByVendor";
    const ACTION: &'static str = "wafv2:DescribeManagedProductsByVendor";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let sets = offered::all(cx, input.scope).await?;
        let of_vendor = sets.into_iter().filter(|set| set.vendor_name == input.vendor_name);
        Ok(Output { managed_products: Some(of_vendor.map(offered::product).collect()) })
    }
}
