//! `GET /csapi/v1.3/images/{imageSha}/software` [container security API, software of an image].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::record::findings::Software;
use crate::room::ContainerRoom;

/// Lists the packages of an image.
#[derive(Debug)]
pub struct ListImageSoftware;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListImageSoftwareRequest")]
pub struct Input {
    /// The digest of the image's configuration, 64 hexadecimal digits.
    pub image_sha: String,
    /// In the vendor's query language.
    pub filter: Option<String>,
    /// `token:asc` or `token:desc`; by number if absent.
    pub sort: Option<String>,
}

impl Operation for ListImageSoftware {
    const NAME: &'static str = "ListImageSoftware";
    const ACTION: &'static str = "csapi:ListImageSoftware";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/images/{imageSha}/software",
        query: &["filter", "sort"],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = Software;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::image_resource(cx, &input.image_sha)
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Software, ContainerError> {
        let scan = images::scan(room, cx, &input.image_sha).await?;
        Software::of(scan.as_ref(), input.filter.as_deref(), input.sort.as_deref(), cx.now)
    }
}
