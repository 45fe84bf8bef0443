//! `GET /csapi/v1.3/containers/{containerSha}/vuln` [container security API, vulnerabilities of a container].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, containers};
use crate::errors::ContainerError;
use crate::record::findings::ContainerFindings;
use crate::room::ContainerRoom;

/// Lists what is shown on a container: what is known to be wrong with its image, if its profile propagates that.
#[derive(Debug)]
pub struct ListContainerVulnerabilities;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListContainerVulnerabilitiesRequest")]
pub struct Input {
    /// Its id, 64 hexadecimal digits.
    pub container_sha: String,
    /// In the vendor's query language.
    pub filter: Option<String>,
    /// `token:asc` or `token:desc`; by number if absent.
    pub sort: Option<String>,
    /// `SUMMARY`, `DETAILS` or `ALL`, which it is if absent.
    pub r#type: Option<String>,
}

impl Operation for ListContainerVulnerabilities {
    const NAME: &'static str = "ListContainerVulnerabilities";
    const ACTION: &'static str = "csapi:ListContainerVulnerabilities";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/containers/{containerSha}/vuln",
        query: &["filter", "sort", "type"],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = ContainerFindings;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::container_resource(cx, &input.container_sha)
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<ContainerFindings, ContainerError> {
        let scan = containers::scan(room, cx, &input.container_sha).await?;
        let scan = scan.as_ref().map_err(|why| *why);
        ContainerFindings::of(scan, input.filter.as_deref(), input.sort.as_deref(), input.r#type.as_deref(), cx.now)
    }
}
