//! `GET /csapi/v1.3/images/{imageSha}` [container security API, details of an image].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::record::image::ImageRecord;
use crate::room::ContainerRoom;

/// Reads one image, with its layers and packages.
#[derive(Debug)]
pub struct GetImage;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetImageRequest")]
pub struct Input {
    /// The digest of the image's configuration, 64 hexadecimal digits.
    pub image_sha: String,
}

impl Operation for GetImage {
    const NAME: &'static str = "GetImage";
    const ACTION: &'static str = "csapi:GetImage";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/images/{imageSha}",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = ImageRecord;
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
    ) -> Result<ImageRecord, ContainerError> {
        images::details(room, cx, &input.image_sha).await
    }
}
