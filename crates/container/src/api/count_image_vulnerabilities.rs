//! `GET /csapi/v1.3/images/{imageSha}/vuln/count` [container security API, vulnerabilities of an image].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::record::findings;
use crate::record::image::SeverityCounts;
use crate::room::ContainerRoom;

/// Counts what is known to be wrong with an image.
#[derive(Debug)]
pub struct CountImageVulnerabilities;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CountImageVulnerabilitiesRequest")]
pub struct Input {
    /// The digest of the image's configuration, 64 hexadecimal digits.
    pub image_sha: String,
}

impl Operation for CountImageVulnerabilities {
    const NAME: &'static str = "CountImageVulnerabilities";
    const ACTION: &'static str = "csapi:CountImageVulnerabilities";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/images/{imageSha}/vuln/count",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = SeverityCounts;
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
    ) -> Result<SeverityCounts, ContainerError> {
        let scan = images::scan(room, cx, &input.image_sha).await?;
        Ok(findings::counts(scan.as_ref()))
    }
}
