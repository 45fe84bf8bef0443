//! `GET /csapi/v1.3/images/list` [container security API, bulk lists]: all of them, in pieces of at most 250.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::listing::{self, BulkInput};
use crate::record::image::ImageRecord;
use crate::room::ContainerRoom;

/// Lists all images, by when something about them was last learnt.
#[derive(Debug)]
pub struct ListImagesInBulk;

/// The answer. What follows is named in the header `Link`.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListImagesInBulkResponse")]
pub struct Output {
    /// At most so many.
    pub limit: i32,
    /// A piece of them.
    pub data: Vec<ImageRecord>,
    /// Where the next piece is; none after the last. Beside what the vendor answers, who says it in the header alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Operation for ListImagesInBulk {
    const NAME: &'static str = "ListImagesInBulk";
    const ACTION: &'static str = "csapi:ListImagesInBulk";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/images/list",
        query: &["limit", "filter", "paginationQuery"],
        elsewhere: &[],
        document: None,
    };
    type Input = BulkInput;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &BulkInput) -> ResourceName {
        api::image_resource(cx, "*")
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
        let piece = listing::piece("/csapi/v1.3/images/list", images::records(room, cx).await?, &input, cx.now)?;
        Ok(Output { limit: piece.limit, data: piece.data, next: piece.next })
    }
}
