//! `GET /csapi/v1.3/sensors` [container security API, sensors].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Held, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api;
use crate::errors::ContainerError;
use crate::listing::{self, ListInput};
use crate::record::sensor::SensorRecord;
use crate::room::ContainerRoom;
use crate::sensor::Sensors;

/// Lists sensors by id.
#[derive(Debug)]
pub struct ListSensors;

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListSensorsResponse")]
pub struct Output {
    /// How many there are on all pages.
    pub count: i64,
    /// Those of this page.
    pub data: Vec<SensorRecord>,
}

impl Operation for ListSensors {
    const NAME: &'static str = "ListSensors";
    const ACTION: &'static str = "csapi:ListSensors";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/sensors",
        query: &["pageNumber", "pageSize", "filter", "sort"],
        elsewhere: &[],
        document: None,
    };
    type Input = ListInput;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &ListInput) -> ResourceName {
        api::sensor_resource(cx, "*")
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<ListInput>,
    ) -> Result<Output, ContainerError> {
        let page = listing::page(records(room, cx).await?, input.asked("created:asc"), cx.now)?;
        Ok(Output { count: page.count, data: page.data })
    }
}

/// All sensors, by id.
pub(super) async fn records(room: &ContainerRoom, cx: &Cx) -> Result<Vec<SensorRecord>, ContainerError> {
    let names: BTreeMap<String, String> =
        api::all(cx).await?.into_iter().map(|known| (known.profile.profile_id, known.profile.profile_name)).collect();
    let sensors = api::sensors(cx).await?;
    Ok(room.read(&cx.realm, |known| {
        let record = |held: &Held<Sensors>| {
            let followed = held.document.followed(|id| names.contains_key(id));
            let name = names.get(&followed).map_or("", String::as_str);
            SensorRecord::of(&held.document, (&followed, name), known, cx.now)
        };
        sensors.iter().map(record).collect()
    }))
}
