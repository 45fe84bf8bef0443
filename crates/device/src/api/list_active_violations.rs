//! `ListActiveViolations`

use bartizan_operation::page::{self, ForeignToken, Pager};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::violations::{self, ActiveViolationShape, BehaviorCriteriaType, Filters};
use super::{PAGE_ITEMS, iot};
use crate::errors::DeviceError;
use crate::profile::SecurityProfiles;
use crate::room::DeviceRoom;
use crate::room::actives::Place;
use crate::violation::verification::VerificationState;

/// Violations that hold, the newest first.
#[derive(Debug)]
pub struct ListActiveViolations;

/// [IoT API reference, `ListActiveViolationsRequest`].
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListActiveViolationsRequest")]
pub struct Input {
    /// Only of this thing.
    #[shape(length = 1..=128)]
    pub thing_name: Option<String>,
    /// Only of this profile, which must exist (decision 18).
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

/// [IoT API reference, `ListActiveViolationsResponse`].
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListActiveViolationsResponse")]
pub struct Output {
    /// A page.
    #[shape(default)]
    pub active_violations: Vec<ActiveViolationShape>,
    /// Leads to the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListActiveViolations {
    const NAME: &'static str = "ListActiveViolations";
    const ACTION: &'static str = "iot:ListActiveViolations";
    const BINDING: Binding = iot(
        Method::Get,
        "/active-violations",
        &[
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

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let (thing, profile) = (input.thing_name.as_deref(), input.security_profile_name.as_deref());
        if let Some(profile) = profile
            && lifecycle::find::<SecurityProfiles>(cx, profile).await?.is_none()
        {
            return Err(DeviceError::not_found("SecurityProfile", profile));
        }
        let filters = Filters {
            criteria: input.behavior_criteria_type,
            suppressed: input.list_suppressed_alerts,
            verification: input.verification_state,
        };
        let pager = Pager::new(Self::NAME, &cx.realm, &(thing, profile, filters));
        let mut after = match pager.open(input.next_token.as_deref())? {
            Some(place) => Some(Place::open(&place).ok_or(ForeignToken)?),
            None => None,
        };
        let limit = page::limit(input.max_results, PAGE_ITEMS);
        let mut listed = Vec::new();
        loop {
            let more = room.active(cx, thing, profile, after, limit, |behavior| filters.pass(behavior)).await?;
            let last = more.last().map(|(place, _)| *place);
            let full = more.len() >= limit;
            for (place, violation) in more {
                if let Some(verification) = filters.verified(cx, &violation.id.to_string()).await? {
                    if listed.len() >= limit {
                        let next_token = after.map(|place| pager.seal(&place.seal()));
                        return Ok(Output { active_violations: listed, next_token });
                    }
                    listed.push(violations::active(violation, verification));
                }
                after = Some(place);
            }
            if !full || last.is_none() {
                return Ok(Output { active_violations: listed, next_token: None });
            }
        }
    }
}
