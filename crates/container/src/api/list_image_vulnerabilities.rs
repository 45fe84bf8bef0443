//! `GET /csapi/v1.3/images/{imageSha}/vuln` [container security API, vulnerabilities of an image].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, images};
use crate::errors::ContainerError;
use crate::record::findings::Findings;
use crate::room::ContainerRoom;

/// Lists what is known to be wrong with an image.
#[derive(Debug)]
pub struct ListImageVulnerabilities;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListImageVulnerabilitiesRequest")]
pub struct Input {
    /// The digest of the image's configuration, 64 hexadecimal digits.
    pub image_sha: String,
    /// In the vendor's query language.
    pub filter: Option<String>,
    /// `token:asc` or `token:desc`; by number if absent.
    pub sort: Option<String>,
    /// `SUMMARY`, `DETAILS` or `ALL`, which it is if absent.
    pub r#type: Option<String>,
}

impl Operation for ListImageVulnerabilities {
    const NAME: &'static str = "ListImageVulnerabilities";
    const ACTION: &'static str = "csapi:ListImageVulnerabilities";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/images/{imageSha}/vuln",
        query: &["filter", "sort", "type"],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = Findings;
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
    ) -> Result<Findings, ContainerError> {
        let scan = images::scan(room, cx, &input.image_sha).await?;
        Findings::of(scan.as_ref(), input.filter.as_deref(), input.sort.as_deref(), input.r#type.as_deref(), cx.now)
    }
}
