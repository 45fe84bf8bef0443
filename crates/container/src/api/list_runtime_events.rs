//! `GET /csapi/v1.3/runtime/events` [container runtime security API, get all events]: a bare list, the latest first.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::tape::Span;
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape, Timestamp};
use serde_json::Value;

use crate::api;
use crate::errors::ContainerError;
use crate::events::TRACK;
use crate::listing::REACHABLE_MAX;
use crate::qql;
use crate::room::ContainerRoom;

/// Events of one page where it is not said.
const PAGE_SIZE: i32 = 10;
/// How far back is looked where it is not said: a day.
const USUAL_MS: i64 = Timestamp::DAY_MS;

/// Lists events of processes, in OCSF.
#[derive(Debug)]
pub struct ListRuntimeEvents;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListRuntimeEventsRequest")]
pub struct Input {
    /// `STANDARD`, or `BEHAVIOR`, of which there are none here.
    pub event_type: String,
    /// Milliseconds since the epoch; a day ago if absent.
    pub start_time: Option<i64>,
    /// Milliseconds since the epoch; now if absent.
    pub end_time: Option<i64>,
    /// In the vendor's query language, with the members of OCSF as tokens.
    pub filter: Option<String>,
    /// Counted from 1.
    #[shape(range = 1..=10_000)]
    pub page_number: Option<i32>,
    /// At most so many; 10 if absent.
    #[shape(range = 1..=1000)]
    pub page_size: Option<i32>,
}

impl Operation for ListRuntimeEvents {
    const NAME: &'static str = "ListRuntimeEvents";
    const ACTION: &'static str = "csapi:ListRuntimeEvents";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/runtime/events",
        query: &["eventType", "startTime", "endTime", "filter", "pageNumber", "pageSize"],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = Vec<Json>;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        api::sensor_resource(cx, "*")
    }

    async fn call(
        _room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Input>,
    ) -> Result<Vec<Json>, ContainerError> {
        match input.event_type.as_str() {
            "STANDARD" => {}
            "BEHAVIOR" => return Ok(Vec::new()),
            _ => return Err(ContainerError::BadRequest("eventType must be STANDARD or BEHAVIOR".to_owned())),
        }
        let filter = input.filter.as_deref().filter(|text| !text.trim().is_empty());
        let query = filter.map(|text| qql::parse(text, cx.now)).transpose().map_err(ContainerError::BadRequest)?;
        let to = input.end_time.unwrap_or(cx.now.0.saturating_add(1));
        let from = input.start_time.unwrap_or(to.saturating_sub(USUAL_MS));
        let span = Span { from: Timestamp(from), to: Timestamp(to) };
        let mut found = Vec::new();
        let (mut skip, step) = (0, u32::try_from(REACHABLE_MAX).unwrap_or(u32::MAX));
        loop {
            let recordings = cx.tape.read(&cx.realm, TRACK, span, skip, step).await?;
            let full = recordings.len() >= REACHABLE_MAX;
            skip += u64::from(step);
            for recording in recordings {
                let event: Value = serde_json::from_slice(&recording.body).unwrap_or_default();
                if query.as_ref().is_none_or(|query| query.matches(&event)) {
                    found.push(event);
                }
            }
            // Only the latest can be reached, so no more are held.
            let more = found.len().saturating_sub(REACHABLE_MAX);
            found.drain(..more);
            if !full {
                break;
            }
        }
        let size = usize::try_from(input.page_size.unwrap_or(PAGE_SIZE)).unwrap_or_default();
        let before = usize::try_from(input.page_number.unwrap_or(1) - 1).unwrap_or_default().saturating_mul(size);
        Ok(found.iter().rev().skip(before).take(size).map(Json::from).collect())
    }
}
