//! `GET /csapi/v1.3/sensorProfile`: `{"count": .., "data": [..]}`, also where there is nothing.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, Record};
use crate::errors::ContainerError;
use crate::room::ContainerRoom;

/// Records of one page where it is not said.
const PAGE_SIZE: i32 = 50;

/// Lists profiles by id.
#[derive(Debug)]
pub struct ListSensorProfiles;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListSensorProfilesRequest")]
pub struct Input {
    /// Counted from 1.
    #[shape(range = 1..=10_000)]
    pub page_number: Option<i32>,
    /// At most so many; 50 if absent.
    #[shape(range = 1..=1000)]
    pub page_size: Option<i32>,
    /// Not understood here.
    pub filter: Option<String>,
    /// Not understood here.
    pub sort: Option<String>,
}

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
    type Input = Input;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        api::resource(cx, "*")
    }

    async fn call(
        _room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<Output, ContainerError> {
        let said = |member: &Option<String>| member.as_deref().is_some_and(|text| !text.is_empty());
        if said(&input.filter) || said(&input.sort) {
            let why = "sensor profiles are listed by id and without a filter: leave filter and sort out";
            return Err(ContainerError::BadRequest(why.to_owned()));
        }
        let all = api::all(cx).await?;
        let size = usize::try_from(input.page_size.unwrap_or(PAGE_SIZE)).unwrap_or_default();
        let before = usize::try_from(input.page_number.unwrap_or(1) - 1).unwrap_or_default().saturating_mul(size);
        let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
        Ok(Output { count, data: all.into_iter().skip(before).take(size).map(Record::from).collect() })
    }
}
