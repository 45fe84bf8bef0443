//! What a change of a profile does: the old and the new plan on everything that is known.

mod events;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::facts::{Image, World};
use super::plan::{Duty, Plan};
use super::policy::ScanningPolicy;
use super::propagation::{Images, Shown, Unshown};
use super::schedule::{Counting, Load, Never, Next, next_scan};
pub use events::EventsShift;
use events::events;

/// Severities, of which 5 is the worst.
const SEVERITIES: usize = 5;

/// An image whose scans change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Its place in [`World::images`].
    pub image: usize,
    /// Its next scan under the old plan.
    pub before: Next,
    /// And under the new one.
    pub after: Next,
    /// The pattern that leaves it out where it did not before, or does no more, as it was written.
    pub pattern: Option<Arc<str>>,
}

/// How many images a pattern leaves out that were not left out before, or no longer does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ByPattern {
    /// Images that stop being covered by it.
    pub stop: u64,
    /// Images that start being covered because it is gone.
    pub start: u64,
}

/// Vulnerabilities that were found before, and would not be looked for again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Unseen {
    /// Findings on images that stop being covered, by severity from 1 to 5.
    pub findings: [u64; SEVERITIES],
    /// Vulnerabilities that no image shows that is still covered, the worst first.
    pub gone: Vec<(u8, Arc<str>)>,
    /// How many these are; [`Unseen::gone`] lists some.
    pub gone_total: u64,
}

/// What could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Unjudged {
    /// Images without a name, on which patterns of names say nothing.
    pub nameless: u64,
    /// Images that do not say when they were made, where a schedule asks.
    pub ageless: u64,
    /// Covered images that were never scanned, so that what they have is not known.
    pub unscanned: u64,
    /// Images that stop being covered, of which it is known only how many vulnerabilities they have.
    pub counted: u64,
    /// Covered images that were never run, where nothing else is to be allowed any more.
    pub never_run: u64,
    /// Containers whose image is not known, or not known for certain.
    pub containers: u64,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Images that were judged under both.
    pub images: u64,
    /// Covered under the old plan, and under the new one.
    pub covered: (u64, u64),
    /// Images that stop being covered.
    pub stop: u64,
    /// Images that start being covered.
    pub start: u64,
    /// Images that are covered under both, and scanned later than they were.
    pub later: u64,
    /// And sooner.
    pub sooner: u64,
    /// The longest delay, in milliseconds.
    pub longest_delay_ms: i64,
    /// Samples of all these, what stops being covered first.
    pub shifts: Vec<Shift>,
    /// The patterns that make images stop or start.
    pub by_pattern: BTreeMap<Arc<str>, ByPattern>,
    /// Reasons for which images stop, other than patterns.
    pub by_reason: BTreeMap<Never, u64>,
    /// Vulnerabilities that go unseen.
    pub unseen: Unseen,
    /// Scans by hour under the old plan, and under the new one.
    pub load: (Load, Load),
    /// Containers that show findings under the old plan, and under the new one.
    pub containers_shown: (u64, u64),
    /// Events.
    pub events: EventsShift,
    /// What could not be judged.
    pub unjudged: Unjudged,
}

/// Judges everything under both plans. `listed` bounds each list of samples.
#[must_use]
pub fn preview(old: &Plan, new: &Plan, world: &World, listed: usize) -> Comparison {
    let (mut load_before, mut load_after) = (Counting::new(world), Counting::new(world));
    let mut found = Found::default();
    let same_patterns = old.exclusions == new.exclusions;
    let schedules_after = world.schedules_after.as_ref().unwrap_or(&world.schedules);
    let asks_age = schedules_after.iter().any(super::registry::Schedule::asks_age);
    let mut comparison = Comparison {
        images: count(world.images.len()),
        covered: (0, 0),
        stop: 0,
        start: 0,
        later: 0,
        sooner: 0,
        longest_delay_ms: 0,
        shifts: Vec::new(),
        by_pattern: BTreeMap::new(),
        by_reason: BTreeMap::new(),
        unseen: Unseen::default(),
        load: (Load { all: Vec::new(), busiest: Vec::new() }, Load { all: Vec::new(), busiest: Vec::new() }),
        containers_shown: (0, 0),
        events: events(old, new, world),
        unjudged: Unjudged::default(),
    };
    for (place, image) in world.images.iter().enumerate() {
        let verdict = old.exclusions.judge(&image.sha, &image.names);
        let next_verdict = if same_patterns { verdict } else { new.exclusions.judge(&image.sha, &image.names) };
        let before = next_scan(old, image, verdict, &world.schedules, world.now);
        let after = next_scan(new, image, next_verdict, schedules_after, world.now);
        load_before.add(old, image, before);
        load_after.add(new, image, after);
        comparison.covered.0 += u64::from(before.is_covered());
        comparison.covered.1 += u64::from(after.is_covered());
        comparison.unjudged.counted += found.note(image, before, after);
        comparison.unjudged.nameless += u64::from(image.names.is_empty());
        comparison.unjudged.ageless += u64::from(asks_age && new.duty == Duty::Registry && image.made.is_none());
        comparison.unjudged.unscanned += u64::from(before.is_covered() && image.scanned.is_none());
        let alone = new.policy == ScanningPolicy::RunOnly && old.policy != ScanningPolicy::RunOnly;
        comparison.unjudged.never_run += u64::from(alone && after.is_covered() && image.runs.is_none());
        comparison.weigh(place, (before, after), (old, new), &mut found, listed);
    }
    comparison.load = (load_before.done(), load_after.done());
    comparison.shifts = found.samples();
    comparison.shifts.truncate(listed);
    comparison.unseen = found.unseen(world, listed);
    comparison.containers(old, new, world);
    comparison
}

impl Comparison {
    fn weigh(
        &mut self,
        place: usize,
        (before, after): (Next, Next),
        (old, new): (&Plan, &Plan),
        found: &mut Found,
        listed: usize,
    ) {
        let mut shift = Shift { image: place, before, after, pattern: None };
        let samples = match (before.is_covered(), after.is_covered()) {
            (true, false) => {
                self.stop += 1;
                match after {
                    Next::Never(Never::Excluded { pattern }) => {
                        shift.pattern = found.text(new, pattern);
                        if let Some(text) = shift.pattern.clone() {
                            self.by_pattern.entry(text).or_default().stop += 1;
                        }
                    }
                    Next::Never(why) => *self.by_reason.entry(why).or_default() += 1,
                    Next::At(_) => {}
                }
                &mut found.stopping
            }
            (false, true) => {
                self.start += 1;
                if let Next::Never(Never::Excluded { pattern }) = before {
                    shift.pattern = found.text(old, pattern);
                    if let Some(text) = shift.pattern.clone() {
                        self.by_pattern.entry(text).or_default().start += 1;
                    }
                }
                &mut found.starting
            }
            (true, true) => {
                let delay = delay(before, after);
                match delay {
                    0 => return,
                    1.. => self.later += 1,
                    _ => self.sooner += 1,
                }
                if delay < i64::MAX {
                    self.longest_delay_ms = self.longest_delay_ms.max(delay);
                }
                &mut found.moving
            }
            (false, false) => return,
        };
        if samples.len() < listed {
            samples.push(shift);
        }
    }

    fn containers(&mut self, old: &Plan, new: &Plan, world: &World) {
        if world.containers.is_empty() {
            return;
        }
        let images = Images::of(world);
        for container in &world.containers {
            let before = images.shown(old.propagates, container);
            let after = images.shown(new.propagates, container);
            self.containers_shown.0 += u64::from(!matches!(before, Shown::None(_)));
            self.containers_shown.1 += u64::from(!matches!(after, Shown::None(_)));
            // Asked as if findings were propagated, so that a preview of switching it off says as much.
            let doubt = images.shown(true, container);
            let doubt = matches!(doubt, Shown::None(Unshown::Unknown | Unshown::Ambiguous));
            self.unjudged.containers += u64::from(doubt);
        }
    }
}

/// How much later the next scan is: `i64::MAX` if it is the last no more, `i64::MIN` if there is one again.
fn delay(before: Next, after: Next) -> i64 {
    match (before, after) {
        (Next::At(before), Next::At(after)) => after.0.saturating_sub(before.0),
        (Next::At(_), Next::Never(_)) => i64::MAX,
        (Next::Never(_), Next::At(_)) => i64::MIN,
        (Next::Never(_), Next::Never(_)) => 0,
    }
}

/// What is gathered on the way.
#[derive(Debug, Default)]
struct Found {
    stopping: Vec<Shift>,
    starting: Vec<Shift>,
    moving: Vec<Shift>,
    texts: BTreeSet<Arc<str>>,
    findings: [u64; SEVERITIES],
    uncovered: BTreeMap<Arc<str>, u8>,
    /// Whether each image is covered under the new plan.
    covered: Vec<bool>,
}

impl Found {
    /// Notes an image. Says 1 if it stops being covered and only the number of its vulnerabilities is known.
    fn note(&mut self, image: &Image, before: Next, after: Next) -> u64 {
        self.covered.push(after.is_covered());
        if after.is_covered() || !before.is_covered() {
            return 0;
        }
        for one in &image.vulnerabilities {
            let severity = one.severity.clamp(1, 5);
            if let Some(count) = self.findings.get_mut(usize::from(severity) - 1) {
                *count += 1;
            }
            match self.uncovered.get_mut(&one.id) {
                Some(worst) => *worst = (*worst).max(severity),
                None => {
                    self.uncovered.insert(Arc::clone(&one.id), severity);
                }
            }
        }
        for (count, counted) in self.findings.iter_mut().zip(image.counted) {
            *count += u64::from(counted);
        }
        u64::from(image.counted.iter().any(|count| *count > 0))
    }

    fn text(&mut self, plan: &Plan, pattern: usize) -> Option<Arc<str>> {
        let text = plan.exclusions.text(pattern)?;
        if let Some(known) = self.texts.get(text) {
            return Some(Arc::clone(known));
        }
        let text: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&text));
        Some(text)
    }

    fn samples(&mut self) -> Vec<Shift> {
        let mut all = std::mem::take(&mut self.stopping);
        all.append(&mut self.starting);
        all.append(&mut self.moving);
        all
    }

    fn unseen(self, world: &World, listed: usize) -> Unseen {
        let Self { findings, mut uncovered, covered, .. } = self;
        // Only what stops being covered is looked for on other images, and no further once all of it was found: most
        // changes uncover nothing, and most vulnerabilities are on many images.
        for (image, _) in world.images.iter().zip(covered).filter(|(_, covered)| *covered) {
            if uncovered.is_empty() {
                break;
            }
            for one in &image.vulnerabilities {
                uncovered.remove(&one.id);
            }
        }
        let gone = uncovered.into_iter();
        let mut gone: Vec<(u8, Arc<str>)> = gone.map(|(id, severity)| (severity, id)).collect();
        gone.sort_unstable_by(|(one, id), (other, other_id)| other.cmp(one).then_with(|| id.cmp(other_id)));
        let gone_total = count(gone.len());
        gone.truncate(listed);
        Unseen { findings, gone, gone_total }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
