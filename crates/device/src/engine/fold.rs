//! [`Engine`]: when a datapoint is judged, and what is remembered.
//!
//! - A behavior says what is normal; a datapoint for which its condition does not hold is a violation.
//! - A static criterion and a model judge a datapoint when it is told: a device's report at once, a window of the cloud
//!   side at its end. A percentile is judged at ticks, for the things that were told of since the tick before.
//! - A run of violating datapoints raises an alarm, a run of conforming ones clears it. Datapoints that do not come
//!   change nothing (decision 5), until a tick finds that nothing came for more than two days: then the alarm is
//!   invalidated and the runs start again (decision 4).
//! - A datapoint that is not newer than the last of its thing and behavior was told already, or too late: it is not
//!   judged. Observations of one thing come in the order of their times.
//!
//! Memory is bounded by what is covered: a thing of which nothing was heard for two days is forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_policy::Sink;
use bartizan_wire::Timestamp;

use super::alarm::{Alarms, Kept, NONE};
use super::criterion::number;
use super::finding::{Finding, Verdict, ViolationId};
use super::group::{Cell, Group, Watch};
use super::model::Model;
use super::plan::{Judge, Plan};
use super::rings::{Joining, Rings};
use super::settle::{Subject, settle};
use super::things::Things;
use super::{Coverage, blind, window};
use crate::behavior::{ConfidenceLevel, MetricValue};
use crate::observe::{Datapoint, Observation};

/// After this time without a datapoint an alarm is invalidated: two days, in milliseconds.
pub(crate) const QUIET_MS: i64 = 2 * Timestamp::DAY_MS;
/// Ticks in which every thing is looked at once, to forget those of which nothing was heard.
const SWEEP_TICKS: usize = 288;

/// The fold over what is observed of one realm.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) plan: Arc<Plan>,
    pub(super) things: Things,
    pub(super) groups: Vec<Group>,
    pub(super) by_cover: BTreeMap<Vec<u16>, u32>,
    pub(super) rings: Rings,
    pub(super) alarms: Alarms,
    /// By rule: a custom metric that was negative has no percentiles.
    pub(super) negative: Vec<bool>,
    /// By rule.
    pub(super) models: BTreeMap<u32, Model>,
    /// The last tick.
    pub(super) tick: Option<Timestamp>,
    /// Where the next sweep begins.
    pub(super) sweep: u32,
}

/// An alarm that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Active {
    /// Whose.
    pub thing: Arc<str>,
    /// Of which profile.
    pub profile: Arc<str>,
    /// Its name in the profile.
    pub behavior: Arc<str>,
    /// The alarm's.
    pub id: ViolationId,
    /// When it began.
    pub started: Timestamp,
    /// Time of the last violating datapoint.
    pub last: Timestamp,
    /// Its value.
    pub value: MetricValue,
    /// Of a behavior that a model judges.
    pub confidence: Option<ConfidenceLevel>,
}

impl Engine {
    /// Nothing observed yet.
    #[must_use]
    pub fn new(plan: Arc<Plan>) -> Self {
        Self::salted(plan, 0)
    }

    /// As [`new`](Self::new), with a number that devices do not know: names that they choose then cannot slow the look-up
    /// of things down. It changes no finding.
    #[must_use]
    pub fn salted(plan: Arc<Plan>, salt: u64) -> Self {
        let negative = vec![false; plan.rules.len()];
        Self {
            plan,
            things: Things::salted(salt),
            groups: Vec::new(),
            by_cover: BTreeMap::new(),
            rings: Rings::default(),
            alarms: Alarms::default(),
            negative,
            models: BTreeMap::new(),
            tick: None,
            sweep: 0,
        }
    }

    /// What it judges by.
    #[must_use]
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// How many things are known.
    #[must_use]
    pub fn things(&self) -> usize {
        self.things.len()
    }

    /// Alarms that hold, sorted by thing, profile and behavior.
    pub fn active(&self) -> impl Iterator<Item = Active> {
        let mut active: Vec<Active> = self.alarms.iter().filter_map(|(_, alarm)| self.shown(alarm)).collect();
        active.sort_by(|a, b| (&a.thing, &a.profile, &a.behavior).cmp(&(&b.thing, &b.profile, &b.behavior)));
        active.into_iter()
    }

    fn shown(&self, alarm: &super::alarm::Alarm) -> Option<Active> {
        let (thing, rule) = (self.things.get(alarm.thing)?, self.plan.rule(alarm.rule)?);
        let Verdict { thing, profile, behavior, id, started, at, value, confidence } =
            alarm.verdict(&thing.name, rule, alarm.last, Some(&alarm.value));
        Some(Active { thing, profile, behavior, id, started, last: at, value: value.unwrap_or_default(), confidence })
    }

    /// Takes one observation in.
    pub fn step(&mut self, coverage: &dyn Coverage, seen: &Observation, out: &mut dyn Sink<Finding>) {
        match seen {
            Observation::Report { thing, at, datapoints } | Observation::Window { thing, at, datapoints } => {
                self.datapoints(coverage, thing, *at, datapoints, out);
            }
            Observation::Tick { at } => self.tick(*at, out),
        }
    }

    fn datapoints(
        &mut self,
        coverage: &dyn Coverage,
        thing: &Arc<str>,
        at: Timestamp,
        datapoints: &[Datapoint],
        out: &mut dyn Sink<Finding>,
    ) {
        let known = self.things.find(thing).or_else(|| self.admit(coverage, thing));
        let Some((id, group, row)) = known.and_then(|id| self.things.get(id).map(|thing| (id, thing.group, thing.row)))
        else {
            return;
        };
        let Self { plan, groups, rings, alarms, negative, models, tick, .. } = self;
        let plan: &Plan = plan;
        let Some(group) = groups.get_mut(group as usize).filter(|group| !group.columns.is_empty()) else { return };
        let quiet_since = tick.map_or(i64::MIN, |tick| tick.0.saturating_sub(QUIET_MS));
        for datapoint in datapoints {
            let Some(measured) = plan.number_of(&datapoint.measured) else { continue };
            for at_column in 0..group.watching(measured).len() {
                let Some(watch) = group.watching(measured).get(at_column).copied() else { continue };
                let Some(rule) = plan.rule(watch.rule) else { continue };
                let Some((cell, ring)) = group.cell_and_ring(row, watch) else { continue };
                if at.0 <= cell.last {
                    out.blind(blind::LATE);
                    continue;
                }
                if cell.last < quiet_since {
                    (cell.bad, cell.good) = (0, 0);
                }
                let value = &datapoint.value;
                let subject = Subject { id, name: thing, rule_id: watch.rule, rule };
                match &rule.judge {
                    Judge::Number { order, threshold, slots } => {
                        let Some(mut number) = number(value) else {
                            out.blind(blind::MISFIT);
                            continue;
                        };
                        cell.last = at.0;
                        if let (Some(slots), Some(ring)) = (slots, ring) {
                            let slot = window::slot(at.0);
                            let before = window::before_static(slot, *slots);
                            rings.add(ring, slot, number, before, Joining::Sum);
                            number = rings.sum(*ring, before, slot).unwrap_or(number);
                        }
                        let conforms = order.holds(number, *threshold);
                        settle(cell, alarms, subject, at, conforms, || Kept::Number(number), out);
                    }
                    Judge::Members(membership) => {
                        let Some(conforms) = membership.holds(value, out) else {
                            out.blind(blind::MISFIT);
                            continue;
                        };
                        cell.last = at.0;
                        settle(cell, alarms, subject, at, conforms, || Kept::List(Box::new(value.clone())), out);
                    }
                    Judge::Fleet { slots, joining, .. } => {
                        let Some(number) = number(value) else {
                            out.blind(blind::MISFIT);
                            continue;
                        };
                        cell.last = at.0;
                        if number < 0.0
                            && let Some(negative) = negative.get_mut(watch.rule as usize)
                        {
                            *negative = true;
                        }
                        if let Some(ring) = ring {
                            let slot = window::slot(at.0);
                            // a tick may come a period late
                            let forget = slot.saturating_sub(slots.saturating_add(window::PERIOD_SLOTS));
                            rings.add(ring, slot, number, forget, *joining);
                        }
                    }
                    Judge::Model(level) => {
                        let Some(number) = number(value) else {
                            out.blind(blind::MISFIT);
                            continue;
                        };
                        cell.last = at.0;
                        let model = models.entry(watch.rule).or_default();
                        match model.judge(at, number, *level) {
                            Some(conforms) => {
                                settle(cell, alarms, subject, at, conforms, || Kept::Number(number), out);
                            }
                            None => out.blind(blind::UNTRAINED),
                        }
                        model.collect(at, number);
                    }
                }
            }
        }
    }

    /// A thing that is seen for the first time, or again after it was forgotten.
    pub(super) fn admit(&mut self, coverage: &dyn Coverage, thing: &Arc<str>) -> Option<u32> {
        let group = self.group_of(coverage.covering(thing));
        let id = self.things.add(thing.clone(), group, NONE)?;
        let row = self.groups.get_mut(group as usize)?.add(id);
        self.things.get_mut(id)?.row = row;
        Some(id)
    }

    pub(super) fn group_of(&mut self, mut cover: Vec<u16>) -> u32 {
        cover.sort_unstable();
        cover.dedup();
        if let Some(group) = self.by_cover.get(&cover) {
            return *group;
        }
        let number = u32::try_from(self.groups.len()).unwrap_or(NONE);
        self.groups.push(Group::new(&self.plan, cover.clone()));
        self.by_cover.insert(cover, number);
        number
    }

    fn tick(&mut self, at: Timestamp, out: &mut dyn Sink<Finding>) {
        if self.tick.is_some_and(|last| at <= last) {
            out.blind(blind::LATE);
            return;
        }
        self.judge_fleets(at, out);
        for model in self.models.values_mut() {
            model.tick(at);
        }
        self.tick = Some(at);
        self.invalidate_quiet(at, out);
        self.forget_quiet(at);
    }

    /// Invalidates the alarms of which nothing was heard.
    fn invalidate_quiet(&mut self, at: Timestamp, out: &mut dyn Sink<Finding>) {
        let quiet_since = at.0.saturating_sub(QUIET_MS);
        let quiet = |number: u32, group: &Group, row: u32, watch: Watch| {
            group.cell(row, watch.column).is_some_and(|cell| cell.alarm == number && cell.last < quiet_since)
        };
        let mut ended = Vec::new();
        for (number, alarm) in self.alarms.iter() {
            let place = self.things.get(alarm.thing);
            let group = place.and_then(|thing| self.groups.get(thing.group as usize).map(|group| (group, thing.row)));
            let Some((group, row)) = group else { continue };
            if group.column_of(alarm.rule).is_some_and(|watch| quiet(number, group, row, watch)) {
                ended.push(number);
            }
        }
        self.invalidate(ended, at, out);
    }

    /// Ends alarms, and tells so in the order of rules and names.
    pub(super) fn invalidate(&mut self, numbers: Vec<u32>, at: Timestamp, out: &mut dyn Sink<Finding>) {
        let mut told = Vec::new();
        for number in numbers {
            let Some(alarm) = self.alarms.end(number) else { continue };
            let (Some(thing), Some(rule)) = (self.things.get(alarm.thing), self.plan.rule(alarm.rule)) else {
                continue;
            };
            told.push((alarm.rule, alarm.verdict(&thing.name, rule, at, None)));
            let (group, row) = (thing.group, thing.row);
            let Some(group) = self.groups.get_mut(group as usize) else { continue };
            let cell = group.column_of(alarm.rule).and_then(|watch| group.cell_mut(row, watch.column));
            if let Some(cell) = cell {
                *cell = Cell { alarm: NONE, bad: 0, good: 0, ..*cell };
            }
        }
        told.sort_by(|(rule, a), (other, b)| (rule, &a.thing).cmp(&(other, &b.thing)));
        for (_, verdict) in told {
            out.finding(Finding::Invalidated(verdict));
        }
    }

    /// Forgets things of which nothing was heard for two days; all are looked at within a day.
    fn forget_quiet(&mut self, at: Timestamp) {
        let quiet_since = at.0.saturating_sub(QUIET_MS);
        let all = self.things.ids();
        let share = u32::try_from(all.len() / SWEEP_TICKS + 1).unwrap_or(u32::MAX);
        let start = if self.sweep < all.end { self.sweep } else { 0 };
        self.sweep = start.saturating_add(share);
        for id in start..self.sweep.min(all.end) {
            let Some((number, row)) = self.things.get(id).map(|thing| (thing.group, thing.row)) else { continue };
            let Some(group) = self.groups.get_mut(number as usize) else { continue };
            if group.cells(row).iter().all(|cell| cell.last < quiet_since && cell.alarm == NONE) {
                for mut ring in group.remove(row) {
                    self.rings.release(&mut ring);
                }
                self.things.remove(id);
            }
        }
    }
}
