//! Which violations a task is about.

use std::collections::BTreeMap;

use bartizan_policy::Cx;
use bartizan_wire::Timestamp;

use super::task::{OccurrenceRange, Target};
use crate::errors::DeviceError;
use crate::profile::SecurityProfiles;
use crate::violation::{self, Event, EventKind, Query};

/// Violations that one task can be about at most. The vendor says none; this is what one write can carry.
pub const SUSPECTS_MAX: usize = 100_000;
/// Events that are read at once.
const BATCH: usize = 1_000;

/// A violation and the thing to act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// The violation's id.
    pub violation: String,
    /// The thing that violates.
    pub thing: String,
}

/// Which of the violations that a target names count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Those with an event in it.
    pub range: Option<OccurrenceRange>,
    /// Only those that hold.
    pub only_active: bool,
    /// Also those of behaviors that tell nobody.
    pub suppressed: bool,
}

impl Filter {
    fn passes(&self, last: &Event) -> bool {
        let active = !self.only_active || last.kind == EventKind::InAlarm;
        active && (self.suppressed || last.behavior.suppress_alerts != Some(true))
    }
}

/// The violations of a target, by id.
///
/// # Errors
/// When one that is named is not there, the profile does not exist, there are too many, or the store fails.
pub async fn find(cx: &Cx, target: &Target, filter: &Filter) -> Result<Vec<Suspect>, DeviceError> {
    let mut found = BTreeMap::new();
    if let Some(ids) = &target.violation_ids {
        for id in ids {
            let last = violation::find(cx, id).await?.ok_or_else(|| {
                DeviceError::InvalidRequest(format!(
                    "the violation {id} is not known: list violations for those that are"
                ))
            })?;
            if filter.passes(&last) && is_inside(cx, &last, filter.range).await? {
                found.insert(last.id, last.thing);
            }
        }
    } else if let Some(profile) = &target.security_profile_name {
        let known = bartizan_policy::lifecycle::find::<SecurityProfiles>(cx, profile).await?.is_some();
        let range = filter.range.unwrap_or(OccurrenceRange { start_time: Timestamp::MIN, end_time: cx.now });
        let mut after: Option<String> = None;
        let mut any = known;
        loop {
            let query = Query {
                thing: None,
                profile: Some(profile),
                from: range.start_time,
                to: range.end_time,
                after: after.as_deref(),
                limit: BATCH,
            };
            let page = violation::list(cx, &query, |_| true).await?;
            any |= !page.events.is_empty();
            for event in page.events {
                let of_behavior = target.behavior_name.as_ref().is_none_or(|name| *name == event.behavior.name);
                if !of_behavior || found.contains_key(&event.id) {
                    continue;
                }
                if let Some(last) = violation::find(cx, &event.id).await?.filter(|last| filter.passes(last)) {
                    found.insert(last.id, last.thing);
                }
            }
            if found.len() > SUSPECTS_MAX {
                return Err(DeviceError::InvalidRequest(format!(
                    "there are more than {SUSPECTS_MAX} violations in the range: name a shorter range, or a behavior"
                )));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if !any {
            return Err(DeviceError::InvalidRequest(format!("the security profile {profile} does not exist")));
        }
    }
    Ok(found.into_iter().map(|(violation, thing)| Suspect { violation, thing }).collect())
}

/// True if an event of a violation is within the range. The last one is looked at first.
async fn is_inside(cx: &Cx, last: &Event, range: Option<OccurrenceRange>) -> Result<bool, DeviceError> {
    let Some(OccurrenceRange { start_time, end_time }) = range else { return Ok(true) };
    if start_time <= last.at && last.at <= end_time {
        return Ok(true);
    }
    let mut after: Option<String> = None;
    loop {
        let query = Query {
            thing: Some(&last.thing),
            profile: Some(&last.profile),
            from: start_time,
            to: end_time,
            after: after.as_deref(),
            limit: 1,
        };
        let page = violation::list(cx, &query, |event| event.id == last.id).await?;
        if !page.events.is_empty() {
            return Ok(true);
        }
        after = page.next;
        if after.is_none() {
            return Ok(false);
        }
    }
}
