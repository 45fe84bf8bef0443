//! `GET /csapi/v1.3/registry` [container security API, registries].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, registries};
use crate::errors::ContainerError;
use crate::listing::{self, ListInput};
use crate::record::registry::RegistryRecord;
use crate::room::ContainerRoom;

/// Lists registries by id.
#[derive(Debug)]
pub struct ListRegistries;

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListRegistriesResponse")]
pub struct Output {
    /// How many there are on all pages.
    pub count: i64,
    /// Those of this page.
    pub data: Vec<RegistryRecord>,
}

impl Operation for ListRegistries {
    const NAME: &'static str = "ListRegistries";
    const ACTION: &'static str = "csapi:ListRegistries";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/registry",
        query: &["pageNumber", "pageSize", "filter", "sort"],
        elsewhere: &[],
        document: None,
    };
    type Input = ListInput;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &ListInput) -> ResourceName {
        api::registry_resource(cx, "*")
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Self::Output, ContainerError> {
        let page = listing::page(registries::records(room, cx).await?, input.asked("registryUuid:asc"), cx.now)?;
        Ok(Output { count: page.count, data: page.data })
    }
}
