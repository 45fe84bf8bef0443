//! Percentiles of the fleet, at each tick.
//!
//! The population of a behavior is every thing that its profile covers and that has a datapoint in the `durationSeconds`
//! up to the tick; a thing's value is the sum of its datapoints in that time, or the newest of a gauge. The percentile is
//! the nearest rank of the whole population, the judged thing included (decision 3). Judged are the things that have a
//! datapoint since the tick before; with fewer than two things nothing is.

use std::sync::Arc;

use bartizan_policy::Sink;
use bartizan_wire::Timestamp;

use super::alarm::Kept;
use super::criterion::Order;
use super::finding::Finding;
use super::fold::Engine;
use super::group::Watch;
use super::plan::{Judge, Statistic};
use super::rings::Joining;
use super::settle::{Subject, settle};
use super::{blind, window};

/// Fewest things that a percentile is taken of.
pub(crate) const POPULATION_MIN: usize = 2;

/// A thing that is to be judged.
struct Candidate {
    group: u32,
    row: u32,
    watch: Watch,
    name: Arc<str>,
    value: f64,
}

/// What a fleet behavior compares.
#[derive(Clone, Copy)]
struct Question {
    rule: u32,
    order: Order,
    statistic: Statistic,
    slots: u32,
    joining: Joining,
}

impl Engine {
    pub(super) fn judge_fleets(&mut self, at: Timestamp, out: &mut dyn Sink<Finding>) {
        let plan = self.plan.clone();
        for (rule_id, rule) in (0..).zip(&plan.rules) {
            let Judge::Fleet { order, statistic, slots, joining } = rule.judge else { continue };
            let question = Question { rule: rule_id, order, statistic, slots, joining };
            if self.negative.get(rule_id as usize).copied().unwrap_or_default() {
                out.blind(blind::NEGATIVE);
                let held = self.alarms.iter().filter(|(_, alarm)| alarm.rule == rule_id);
                let held = held.map(|(number, _)| number).collect();
                self.invalidate(held, at, out);
            } else {
                self.judge_fleet(question, at, out);
            }
        }
    }

    fn judge_fleet(&mut self, question: Question, at: Timestamp, out: &mut dyn Sink<Finding>) {
        let Some(threshold) = self.percentile(question, at, out) else { return };
        let mut candidates = self.candidates(question, at);
        candidates.sort_by(|a, b| a.name.cmp(&b.name));
        let plan = self.plan.clone();
        let Some(rule) = plan.rule(question.rule) else { return };
        for Candidate { group, row, watch, name, value } in candidates {
            let Some(group) = self.groups.get_mut(group as usize) else { continue };
            let (Some(id), Some(cell)) = (group.thing(row as usize), group.cell_mut(row, watch.column)) else {
                continue;
            };
            let subject = Subject { id, name: &name, rule_id: question.rule, rule };
            let conforms = question.order.holds(value, threshold);
            settle(cell, &mut self.alarms, subject, at, conforms, || Kept::Number(value), out);
        }
    }

    /// The percentile of the population; `None` where there is none.
    fn percentile(&self, question: Question, at: Timestamp, out: &mut dyn Sink<Finding>) -> Option<f64> {
        let to = window::tick_slot(at);
        let mut values: Vec<f64> = Vec::new();
        for group in &self.groups {
            let Some(ring) = group.column_of(question.rule).and_then(|watch| watch.ring) else { continue };
            values.extend(group.rows().filter_map(|(row, _)| self.value(question, group.ring(row, ring), to)));
        }
        percentile(&mut values, question.statistic).or_else(|| {
            if !values.is_empty() {
                out.blind(blind::ALONE);
            }
            None
        })
    }

    fn value(&self, question: Question, ring: super::rings::Ring, to: u32) -> Option<f64> {
        let after = to.saturating_sub(question.slots);
        match question.joining {
            Joining::Sum => self.rings.sum(ring, after, to),
            Joining::Newest => self.rings.newest(ring, after, to),
        }
    }

    /// Things with a datapoint since the tick before.
    fn candidates(&self, question: Question, at: Timestamp) -> Vec<Candidate> {
        let to = window::tick_slot(at);
        let since = self.tick.map_or(0, window::tick_slot).max(to.saturating_sub(question.slots));
        let mut candidates = Vec::new();
        for (number, group) in (0..).zip(&self.groups) {
            let Some(watch) = group.column_of(question.rule) else { continue };
            let Some(ring) = watch.ring else { continue };
            for (row, thing) in group.rows() {
                let ring = group.ring(row, ring);
                let Some(name) = self.things.get(thing).map(|thing| &thing.name) else { continue };
                if self.rings.newest(ring, since, to).is_none() {
                    continue;
                }
                if let Some(value) = self.value(question, ring, to) {
                    candidates.push(Candidate { group: number, row, watch, name: name.clone(), value });
                }
            }
        }
        candidates
    }
}

/// The percentile of some values, which it reorders; `None` of fewer than [`POPULATION_MIN`].
pub(crate) fn percentile(values: &mut [f64], statistic: Statistic) -> Option<f64> {
    if values.len() < POPULATION_MIN {
        return None;
    }
    let position = statistic.position(values.len());
    let (_, value, _) = values.select_nth_unstable_by(position, f64::total_cmp);
    Some(*value)
}
