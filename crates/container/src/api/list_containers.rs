//! `GET /csapi/v1.3/containers` [container security API, containers].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, containers};
use crate::errors::ContainerError;
use crate::listing::{self, ListInput};
use crate::record::container::ContainerRecord;
use crate::room::ContainerRoom;

/// Lists containers, the youngest first.
#[derive(Debug)]
pub struct ListContainers;

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListContainersResponse")]
pub struct Output {
    /// How many there are on all pages.
    pub count: i64,
    /// Those of this page.
    pub data: Vec<ContainerRecord>,
}

impl Operation for ListContainers {
    const NAME: &'static str = "ListContainers";
    const ACTION: &'static str = "csapi:ListContainers";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/containers",
        query: &["pageNumber", "pageSize", "filter", "sort"],
        elsewhere: &[],
        document: None,
    };
    type Input = ListInput;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &ListInput) -> ResourceName {
        api::container_resource(cx, "*")
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Output, ContainerError> {
        let records = containers::records(room, cx).await?;
        let page = listing::page(records, input.asked("created:desc"), cx.now)?;
        Ok(Output { count: page.count, data: page.data })
    }
}
