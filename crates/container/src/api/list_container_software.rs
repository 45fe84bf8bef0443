//! `GET /csapi/v1.3/containers/{containerSha}/software` [container security API, software of a container].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, containers};
use crate::errors::ContainerError;
use crate::record::findings::Software;
use crate::room::ContainerRoom;

/// Lists the packages that are shown on a container.
#[derive(Debug)]
pub struct ListContainerSoftware;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListContainerSoftwareRequest")]
pub struct Input {
    /// Its id, 64 hexadecimal digits.
    pub container_sha: String,
    /// In the vendor's query language.
    pub filter: Option<String>,
    /// `token:asc` or `token:desc`; by number if absent.
    pub sort: Option<String>,
}

impl Operation for ListContainerSoftware {
    const NAME: &'static str = "ListContainerSoftware";
    const ACTION: &'static str = "csapi:ListContainerSoftware";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/containers/{containerSha}/software",
        query: &["filter", "sort"],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = Software;
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
    ) -> Result<Software, ContainerError> {
        let scan = containers::scan(room, cx, &input.container_sha).await?;
        Software::of(scan.as_ref().ok(), input.filter.as_deref(), input.sort.as_deref(), cx.now)
    }
}
