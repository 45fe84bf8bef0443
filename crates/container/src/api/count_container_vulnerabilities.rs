//! `GET /csapi/v1.3/containers/{containerSha}/vuln/count` [container security API, vulnerabilities of a container].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, containers};
use crate::errors::ContainerError;
use crate::record::findings;
use crate::record::image::SeverityCounts;
use crate::room::ContainerRoom;

/// Counts what is shown on a container.
#[derive(Debug)]
pub struct CountContainerVulnerabilities;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CountContainerVulnerabilitiesRequest")]
pub struct Input {
    /// Its id, 64 hexadecimal digits.
    pub container_sha: String,
}

impl Operation for CountContainerVulnerabilities {
    const NAME: &'static str = "CountContainerVulnerabilities";
    const ACTION: &'static str = "csapi:CountContainerVulnerabilities";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/containers/{containerSha}/vuln/count",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = SeverityCounts;
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
    ) -> Result<SeverityCounts, ContainerError> {
        let scan = containers::scan(room, cx, &input.container_sha).await?;
        Ok(findings::counts(scan.as_ref().ok()))
    }
}
