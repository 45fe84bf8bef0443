//! `GET /csapi/v1.3/containers/{containerSha}` [container security API, containers].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use crate::api::{self, containers};
use crate::errors::ContainerError;
use crate::record::container::ContainerRecord;
use crate::room::ContainerRoom;

/// Reads one container.
#[derive(Debug)]
pub struct GetContainer;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetContainerRequest")]
pub struct Input {
    /// Its id, 64 hexadecimal digits.
    pub container_sha: String,
}

impl Operation for GetContainer {
    const NAME: &'static str = "GetContainer";
    const ACTION: &'static str = "csapi:GetContainer";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/containers/{containerSha}",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = ContainerRecord;
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
    ) -> Result<ContainerRecord, ContainerError> {
        containers::details(room, cx, &input.container_sha).await
    }
}
