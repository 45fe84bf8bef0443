//! `ListViolationEvents`

use bartizan_operation::page::{self, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::violations::{self, BehaviorCriteriaType, Filters, ViolationEventShape};
use super::{PAGE_ITEMS, iot};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::violation::verification::VerificationState;
use crate::violation::{self, Query};

/// What happened to violations, the newest first (decision 15).
#[derive(Debug)]
pub struct ListViolationEvents;

/// [IoT API reference, `ListViolationEventsRequest`].
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListViolationEventsRequest")]
pub struct Input {
    /// Not before.
    pub start_time: Timestamp,
    /// Not after.
    pub end_time: Timestamp,
    /// Only of this thing.
    #[shape(length = 1..=128)]
    pub thing_name: Option<String>,
    /// Only of this profile.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: Option<String>,
    /// Only of behaviors that are judged so.
    pub behavior_criteria_type: Option<BehaviorCriteriaType>,
    /// Only those whose alerts are suppressed, or only the others.
    pub list_suppressed_alerts: Option<bool>,
    /// Only those of which this was said.
    pub verification_state: Option<VerificationState>,
    /// From the answer before.
    pub next_token: Option<String>,
    /// Items of a page.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
}

/// [IoT API reference, `ListViolationEventsResponse`].
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListViolationEventsResponse")]
pub struct Output {
    /// A page; it may be shorter than asked for while there are more.
    #[shape(default)]
    pub violation_events: Vec<ViolationEventShape>,
    /// Leads to the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListViolationEvents {
    const NAME: &'static str = "ListViolationEvents";
    const ACTION: &'static str = "iot:ListViolationEvents";
    const BINDING: Binding = iot(
        Method::Get,
        "/violation-events",
        &[
            "startTime",
            "endTime",
            "thingName",
            "securityProfileName",
            "behaviorCriteriaType",
            "listSuppressedAlerts",
            "verificationState",
            "nextToken",
            "maxResults",
        ],
    );
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        violations::resource(cx, input.thing_name.as_deref(), input.security_profile_name.as_deref())
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        violations::span(input.start_time, input.end_time)?;
        let (thing, profile) = (input.thing_name.as_deref(), input.security_profile_name.as_deref());
        let filters = Filters {
            criteria: input.behavior_criteria_type,
            suppressed: input.list_suppressed_alerts,
            verification: input.verification_state,
        };
        let span = (input.start_time, input.end_time);
        let pager = Pager::new(Self::NAME, &cx.realm, &(thing, profile, filters, span));
        let after = pager.open(input.next_token.as_deref())?;
        let query = Query {
            thing,
            profile,
            from: input.start_time,
            to: input.end_time,
            after: after.as_deref(),
            limit: page::limit(input.max_results, PAGE_ITEMS),
        };
        let found = violation::list(cx, &query, |event| filters.pass(&event.behavior)).await?;
        let mut listed = Vec::with_capacity(found.events.len());
        for event in found.events {
            if let Some(verification) = filters.verified(cx, &event.id).await? {
                listed.push(violations::event(event, verification));
            }
        }
        Ok(Output { violation_events: listed, next_token: found.next.map(|place| pager.seal(&place)) })
    }
}
