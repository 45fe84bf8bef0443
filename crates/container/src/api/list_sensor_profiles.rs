//! `GET /csapi/v1.3/sensorProfile`: `{"count": .., "data": [..]}`, also where there is nothing.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, Record};
use crate::errors::ContainerError;
use crate::listing::{self, ListInput};
use crate::room::ContainerRoom;

/// Lists profiles by id.
#[derive(Debug)]
pub struct ListSensorProfiles;

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListSensorProfilesResponse")]
pub struct Output {
    /// How many there are on all pages.
    pub count: i64,
    /// Those of this page.
    pub data: Vec<Record>,
}

impl Operation for ListSensorProfiles {
    const NAME: &'static str = "ListSensorProfiles";
    const ACTION: &'static str = "csapi:ListSensorProfiles";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/sensorProfile",
        query: &["pageNumber", "pageSize", "filter", "sort"],
        elsewhere: &[],
        document: None,
    };
    type Input = ListInput;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &ListInput) -> ResourceName {
        api::resource(cx, "*")
    }

    async fn call(
        _room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<ListInput>,
    ) -> Result<Output, ContainerError> {
        let (all, sensors) = (api::all(cx).await?, api::sensors(cx).await?);
        let records = all.into_iter().map(|known| Record::of(known, &sensors));
        let page = listing::page(records, input.asked("profileId:asc"), cx.now)?;
        Ok(Output { count: page.count, data: page.data })
    }
}
