//! `GET /csapi/v1.3/containers/list` [container security API, bulk lists]: all of them, in pieces of at most 250.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, containers};
use crate::errors::ContainerError;
use crate::listing::{self, BulkInput};
use crate::record::container::ContainerRecord;
use crate::room::ContainerRoom;

/// Lists all containers, by when something about them was last learnt.
#[derive(Debug)]
pub struct ListContainersInBulk;

/// The answer. What follows is named in the header `Link`.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListContainersInBulkResponse")]
pub struct Output {
    /// At most so many.
    pub limit: i32,
    /// A piece of them.
    pub data: Vec<ContainerRecord>,
    /// Where the next piece is; none after the last. Beside what the vendor answers, who says it in the header alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Operation for ListContainersInBulk {
    const NAME: &'static str = "ListContainersInBulk";
    const ACTION: &'static str = "csapi:ListContainersInBulk";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/containers/list",
        query: &["limit", "filter", "paginationQuery"],
        elsewhere: &[],
        document: None,
    };
    type Input = BulkInput;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &BulkInput) -> ResourceName {
        api::container_resource(cx, "*")
    }

    fn headers(output: &Output) -> Vec<(&'static str, String)> {
        listing::link(output.next.as_deref())
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Output, ContainerError> {
        let piece =
            listing::piece("/csapi/v1.3/containers/list", containers::records(room, cx).await?, &input, cx.now)?;
        Ok(Output { limit: piece.limit, data: piece.data, next: piece.next })
    }
}
