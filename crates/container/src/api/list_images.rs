//! `GET /csapi/v1.3/images` [container security API, images].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::listing::{self, ListInput};
use crate::record::image::ImageRecord;
use crate::room::ContainerRoom;

/// Lists images, the youngest first.
#[derive(Debug)]
pub struct ListImages;

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListImagesResponse")]
pub struct Output {
    /// How many there are on all pages.
    pub count: i64,
    /// Those of this page.
    pub data: Vec<ImageRecord>,
}

impl Operation for ListImages {
    const NAME: &'static str = "ListImages";
    const ACTION: &'static str = "csapi:ListImages";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/images",
        query: &["pageNumber", "pageSize", "filter", "sort"],
        elsewhere: &[],
        document: None,
    };
    type Input = ListInput;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &ListInput) -> ResourceName {
        api::image_resource(cx, "*")
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Output, ContainerError> {
        let records = images::records(room, cx).await?;
        let page = listing::page(records, input.asked("created:desc"), cx.now)?;
        Ok(Output { count: page.count, data: page.data })
    }
}
