//! Whether images were scanned as often as their profile promises, and if not, why.
//!
//! A narrow window or a broad pattern leaves images unscanned for weeks while every number looks good. So what is late is
//! told with its reason.

use std::collections::BTreeMap;

use bartizan_wire::Timestamp;
use serde::Serialize;

use super::facts::{Image, World};
use super::plan::{Duty, Plan};
use super::schedule::{Never, Next, next_scan};

/// Milliseconds that a sensor has to begin a scan that is due, before it counts as late: it scans a few images at a time.
pub const GRACE_MS: i64 = 3_600_000;
/// Milliseconds after which a sensor that did not call in is silent; it does every minute.
pub const SILENT_AFTER_MS: i64 = 15 * 60_000;

/// Why an image is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Late {
    /// It is never scanned under the profile.
    Never(Never),
    /// Sensors have been inactive all the time since it was due.
    Windows,
    /// Every sensor that has it is silent.
    Silent,
    /// Nothing stands in the way; sensors have not got to it.
    Waiting,
    /// Its registry's schedule has not run since it was due.
    Schedule,
}

/// Whether an image was scanned in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Freshness {
    /// Yes; and by when it has to be scanned again, if the profile says so.
    Fresh {
        /// By when.
        until: Option<Timestamp>,
    },
    /// No.
    Stale {
        /// Since when it should have been.
        since: Timestamp,
        /// Why it was not.
        why: Late,
    },
}

/// Judges one image.
#[must_use]
pub fn freshness(plan: &Plan, image: &Image, world: &World) -> Freshness {
    let now = world.now;
    let due = match (image.scanned, plan.interval_ms) {
        (None, _) => image.seen,
        (Some(scanned), Some(interval)) => Timestamp(scanned.0.saturating_add(interval)),
        // Nothing more is promised: but a profile that would not even scan it the first time does not cover it.
        (Some(scanned), None) => {
            return match next(plan, image, world) {
                Next::Never(why) if !why.is_covered() => Freshness::Stale { since: scanned, why: Late::Never(why) },
                _ => Freshness::Fresh { until: None },
            };
        }
    };
    if now.0.saturating_sub(due.0) < GRACE_MS {
        return Freshness::Fresh { until: Some(due) };
    }
    let why = match next(plan, image, world) {
        Next::Never(why) => Late::Never(why),
        Next::At(_) if plan.week.active_between(due, now) < GRACE_MS => Late::Windows,
        Next::At(_) if is_silent(image, world) => Late::Silent,
        Next::At(at) if plan.duty == Duty::Registry && at > now => Late::Schedule,
        Next::At(_) => Late::Waiting,
    };
    Freshness::Stale { since: due, why }
}

fn next(plan: &Plan, image: &Image, world: &World) -> Next {
    next_scan(plan, image, plan.exclusions.judge(&image.sha, &image.names), &world.schedules, world.now)
}

fn is_silent(image: &Image, world: &World) -> bool {
    let heard = |sensor: &u32| {
        let sensor = usize::try_from(*sensor).ok().and_then(|place| world.sensors.get(place));
        let heard = sensor.and_then(|sensor| sensor.heard);
        heard.is_some_and(|heard| world.now.0.saturating_sub(heard.0) < SILENT_AFTER_MS)
    };
    !image.sensors.is_empty() && !image.sensors.iter().any(heard)
}

/// How many images were scanned in time, and the reasons of the others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// All images.
    pub images: u64,
    /// Scanned in time.
    pub fresh: u64,
    /// Late, by reason.
    pub late: BTreeMap<Late, u64>,
    /// The images that have been late for longest, by their place, and since when: the longest first.
    pub longest: Vec<(usize, Timestamp, Late)>,
}

/// Judges all images, and lists so many of those that are late.
#[must_use]
pub fn coverage(plan: &Plan, world: &World, listed: usize) -> Coverage {
    let mut found = Coverage { images: u64::try_from(world.images.len()).unwrap_or(u64::MAX), ..Coverage::default() };
    let mut late = Vec::new();
    for (place, image) in world.images.iter().enumerate() {
        match freshness(plan, image, world) {
            Freshness::Fresh { .. } => found.fresh += 1,
            Freshness::Stale { since, why } => {
                *found.late.entry(why).or_default() += 1;
                late.push((since, place, why));
            }
        }
    }
    late.sort_unstable();
    found.longest = late.into_iter().take(listed).map(|(since, place, why)| (place, since, why)).collect();
    found
}
