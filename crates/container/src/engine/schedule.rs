//! When an image is scanned next, or why it never is; and what that asks of sensors hour by hour.

use bartizan_wire::Timestamp;
use serde::Serialize;

use super::exclusion::{Reference, Verdict};
use super::facts::{Image, World};
use super::plan::{Duty, Plan};
use super::policy::ScanningPolicy;
use super::registry::Schedule;

/// Hours for which load is foreseen: a week, because windows are weekly.
pub const LOAD_HOURS: usize = 7 * 24;
/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;
/// Runs of a schedule that are tried for one image: with an interval of two days and runs every day the third one fits.
const RUNS_MAX: usize = 8;
/// The repository that a build puts an image in for its sensor.
const BUILD_REPOSITORY: &str = "qualys_scan_target";

/// Why an image is not scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Never {
    /// `globalScanningFlag` is off.
    Off,
    /// Sensors of this kind do not scan images.
    Duty,
    /// A pattern leaves it out.
    Excluded {
        /// Which.
        pattern: usize,
    },
    /// Every minute of the week is inactive.
    Windows,
    /// It was scanned, and the interval is 0.
    EventsOnly,
    /// None of its registries is the profile's.
    NotAssociated,
    /// No schedule of its registries takes it.
    NoSchedule,
    /// No build has marked it.
    NotMarked,
    /// It could not be run when that was last tried, and nothing else is allowed.
    NotRun,
}

impl Never {
    /// In words that go on from "not scanned".
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Off => "because scanning is switched off",
            Self::Duty => "because sensors of this kind scan no images",
            Self::Excluded { .. } => "because a pattern leaves it out",
            Self::Windows => "because every minute of the week is inactive",
            Self::EventsOnly => "again, because the interval is 0",
            Self::NotAssociated => "because none of its registries is the profile's",
            Self::NoSchedule => "because no schedule of its registries takes it",
            Self::NotMarked => "because no build has marked it",
            Self::NotRun => "because it could not be run when that was last tried, and the policy allows nothing else",
        }
    }

    /// Whether it is scanned at all under the plan, though not again.
    #[must_use]
    pub const fn is_covered(self) -> bool {
        matches!(self, Self::EventsOnly)
    }
}

/// When an image is scanned next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Next {
    /// At this time, or as soon after as the sensor gets to it.
    At(Timestamp),
    /// Not.
    Never(Never),
}

impl Next {
    /// When, if at all.
    #[must_use]
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Never(_) => None,
        }
    }

    /// Whether the plan looks after the image.
    #[must_use]
    pub const fn is_covered(self) -> bool {
        match self {
            Self::At(_) => true,
            Self::Never(why) => why.is_covered(),
        }
    }
}

/// When an image is scanned next under a plan. `verdict` is what its patterns say of the image.
#[must_use]
pub fn next_scan(plan: &Plan, image: &Image, verdict: Verdict, schedules: &[Schedule], now: Timestamp) -> Next {
    if !plan.scans {
        return Next::Never(Never::Off);
    }
    if matches!(plan.duty, Duty::Cluster | Duty::Runtime) {
        return Next::Never(Never::Duty);
    }
    if let Verdict::Excluded { pattern } = verdict {
        return Next::Never(Never::Excluded { pattern });
    }
    if plan.policy == ScanningPolicy::RunOnly && image.runs == Some(false) {
        return Next::Never(Never::NotRun);
    }
    let due = match plan.duty {
        Duty::Registry => registry(plan, image, schedules, now),
        Duty::Build => match image.scanned {
            _ if !is_marked(image) => Err(Never::NotMarked),
            None => Ok(now),
            Some(_) => Err(Never::EventsOnly),
        },
        Duty::General | Duty::Cluster | Duty::Runtime => match (image.scanned, plan.interval_ms) {
            (None, _) => Ok(now),
            (Some(_), None) => Err(Never::EventsOnly),
            (Some(scanned), Some(interval)) => Ok(Timestamp(scanned.0.saturating_add(interval)).max(now)),
        },
    };
    match due {
        // What would be due for a moment that never comes is told as such, also where nothing is due.
        _ if plan.week.next_active(now).is_none() => Next::Never(Never::Windows),
        Err(why) => Next::Never(why),
        Ok(due) => plan.week.next_active(due).map_or(Next::Never(Never::Windows), Next::At),
    }
}

/// The first run that would scan the image: a run scans what was never scanned, what is older than the interval, or all.
fn registry(plan: &Plan, image: &Image, schedules: &[Schedule], now: Timestamp) -> Result<Timestamp, Never> {
    let ours = |registry: &str| plan.registries.binary_search_by(|one| one.as_str().cmp(registry)).is_ok();
    if !image.registries.iter().any(|registry| ours(registry)) {
        return Err(Never::NotAssociated);
    }
    let (mut first, mut taken) = (None::<Timestamp>, false);
    for schedule in schedules.iter().filter(|schedule| ours(&schedule.registry)) {
        // A run whose time came while sensors were inactive is still to be made when they are active again.
        let mut from = plan.week.inactive_from(now);
        for _ in 0..RUNS_MAX {
            let Some(run) = schedule.next_run(from) else { break };
            if !schedule.takes(image, run) {
                break;
            }
            taken = true;
            let wanted = match (image.scanned, plan.interval_ms) {
                (None, _) => true,
                _ if schedule.force => true,
                (Some(_), None) => false,
                (Some(scanned), Some(interval)) => run.0.saturating_sub(scanned.0) >= interval,
            };
            if wanted {
                let run = run.max(now);
                first = Some(first.map_or(run, |first| first.min(run)));
                break;
            }
            from = Timestamp(run.0.saturating_add(1));
        }
    }
    first.ok_or(if taken { Never::EventsOnly } else { Never::NoSchedule })
}

fn is_marked(image: &Image) -> bool {
    image.names.iter().any(|name| {
        &*name.repository == BUILD_REPOSITORY && matches!(&name.reference, Reference::Tag(tag) if **tag == *image.sha)
    })
}

/// Scans that begin in each hour of the coming week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Load {
    /// On all sensors together.
    pub all: Vec<u64>,
    /// On the sensor that has most to do in that hour.
    pub busiest: Vec<u64>,
}

impl Load {
    /// The hour in which most scans begin, and how many; the first of equal ones.
    #[must_use]
    pub fn peak(&self) -> Option<(usize, u64)> {
        let most = self.all.iter().copied().max().filter(|most| *most > 0)?;
        self.all.iter().position(|count| *count == most).map(|hour| (hour, most))
    }
}

/// Counts load. Each sensor that has an image scans it; an image that none has counts once for all together.
#[derive(Debug)]
pub(super) struct Counting {
    all: Vec<u64>,
    each: Vec<u32>,
    now: Timestamp,
}

impl Counting {
    pub(super) fn new(world: &World) -> Self {
        Self { all: vec![0; LOAD_HOURS], each: vec![0; LOAD_HOURS * world.sensors.len()], now: world.now }
    }

    /// An image's next scan, and those that follow it within the week by the interval.
    pub(super) fn add(&mut self, plan: &Plan, image: &Image, next: Next) {
        let Next::At(mut at) = next else { return };
        while let Some(hour) = self.hour(at) {
            if let Some(count) = self.all.get_mut(hour) {
                *count += u64::try_from(image.sensors.len().max(1)).unwrap_or(1);
            }
            for sensor in &image.sensors {
                let place = usize::try_from(*sensor).unwrap_or(usize::MAX).saturating_mul(LOAD_HOURS);
                if let Some(count) = self.each.get_mut(place.saturating_add(hour)) {
                    *count = count.saturating_add(1);
                }
            }
            let Some(interval) = plan.interval_ms.filter(|_| plan.duty == Duty::General) else { return };
            let due = Timestamp(at.0.saturating_add(interval));
            match plan.week.next_active(due) {
                Some(following) => at = following,
                None => return,
            }
        }
    }

    pub(super) fn done(self) -> Load {
        let mut busiest = vec![0_u64; LOAD_HOURS];
        for sensor in self.each.chunks(LOAD_HOURS) {
            for (most, count) in busiest.iter_mut().zip(sensor) {
                *most = (*most).max(u64::from(*count));
            }
        }
        Load { all: self.all, busiest }
    }

    fn hour(&self, at: Timestamp) -> Option<usize> {
        let hour = usize::try_from(at.0.saturating_sub(self.now.0).div_euclid(HOUR_MS)).ok()?;
        (hour < LOAD_HOURS).then_some(hour)
    }
}
