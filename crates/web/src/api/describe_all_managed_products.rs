//! `DescribeAllManagedProducts` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::offered;
use crate::document::{ManagedProductDescriptor, Scope};
use crate::errors::WebError;
use crate::room::WebRoom;

/// Describes every managed rule group.
#[derive(Debug)]
pub struct DescribeAllManagedProducts;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeAllManagedProductsRequest")]
pub struct Input {
    /// Regional, or for CloudFront.
    pub scope: Scope,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeAllManagedProductsResponse")]
pub struct Output {
    /// By vendor and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_products: Option<Vec<ManagedProductDescriptor>>,
}

impl Operation for DescribeAllManagedProducts {
    const NAME: &'static str = "DescribeAllManagedProducts";
    const ACTION: &'static str = "wafv2:DescribeAllManagedProducts";
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
        Ok(Output { managed_products: Some(sets.into_iter().map(offered::product).collect()) })
    }
}
