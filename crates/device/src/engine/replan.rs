//! Another plan, or another coverage: what is remembered goes over where it still means the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_policy::Sink;
use bartizan_wire::Timestamp;

use super::Coverage;
use super::alarm::NONE;
use super::finding::Finding;
use super::fold::Engine;
use super::group::{Cell, Group, Watch};
use super::plan::{Plan, Rule};
use super::rings::Ring;

/// Where a rule's memory goes.
#[derive(Debug, Clone, Copy)]
struct Heir {
    rule: u32,
    /// The criteria are the same too: runs and sums go on. Otherwise only an alarm is kept (decision 20).
    same: bool,
}

/// A column of an old group, and where in a new group it goes.
#[derive(Debug, Clone, Copy)]
struct Passage {
    from: Watch,
    to: Option<(Watch, bool)>,
}

impl Engine {
    /// Judges by another plan, or by another coverage, from here on.
    ///
    /// A behavior that has the same name in the same profile and judges the same keeps its alarms; with the same
    /// criteria it also keeps its runs. Alarms of behaviors that are gone, and of things that are covered no more, are
    /// invalidated. `coverage` is asked about every thing.
    pub fn replan(&mut self, plan: Arc<Plan>, coverage: &dyn Coverage, at: Timestamp, out: &mut dyn Sink<Finding>) {
        let heirs = heirs(&self.plan, &plan);
        let old_plan = std::mem::replace(&mut self.plan, plan);
        let mut old_groups = std::mem::take(&mut self.groups);
        self.by_cover.clear();
        self.negative = inherit(&self.negative, &heirs, self.plan.rules.len());
        // another confidence level asks the same model
        self.models = std::mem::take(&mut self.models)
            .into_iter()
            .filter_map(|(rule, model)| Some((heirs.get(rule as usize).copied().flatten()?.rule, model)))
            .filter(|(rule, _)| self.plan.rule(*rule).is_some_and(|rule| rule.confidence().is_some()))
            .collect();
        let mut passages: BTreeMap<(u32, u32), Vec<Passage>> = BTreeMap::new();
        let mut ended = Vec::new();
        for id in self.things.ids() {
            let Some((name, from, from_row)) =
                self.things.get(id).map(|thing| (thing.name.clone(), thing.group, thing.row))
            else {
                continue;
            };
            let to = self.group_of(coverage.covering(&name));
            let (Some(old), Some(new)) = (old_groups.get_mut(from as usize), self.groups.get_mut(to as usize)) else {
                continue;
            };
            let row = new.add(id);
            if let Some(thing) = self.things.get_mut(id) {
                (thing.group, thing.row) = (to, row);
            }
            let passages = passages.entry((from, to)).or_insert_with(|| passages_between(old, new, &heirs));
            for passage in passages.iter() {
                let Some(cell) = old.cell(from_row, passage.from.column).copied() else { continue };
                let ring = passage.from.ring.and_then(|ring| old.ring_mut(from_row, ring)).map(std::mem::take);
                let mut ring = ring.unwrap_or_default();
                match passage.to {
                    Some((watch, same)) => {
                        if let Some(alarm) = self.alarms.get_mut(cell.alarm) {
                            alarm.rule = watch.rule;
                        }
                        pass(new, row, watch, same, cell, &mut ring);
                    }
                    None if cell.alarm != NONE => ended.push(cell.alarm),
                    None => {}
                }
                self.rings.release(&mut ring);
            }
        }
        self.end_orphans(&old_plan, ended, at, out);
    }

    /// Asks again which profiles cover one thing, such as after it joined a group.
    pub fn recover(&mut self, thing: &str, coverage: &dyn Coverage, at: Timestamp, out: &mut dyn Sink<Finding>) {
        let Some(id) = self.things.find(thing) else { return };
        let to = self.group_of(coverage.covering(thing));
        let Some((from, from_row)) = self.things.get(id).map(|thing| (thing.group, thing.row)) else { return };
        if from == to {
            return;
        }
        let plan = self.plan.clone();
        let heirs: Vec<Option<Heir>> =
            (0..).zip(&plan.rules).map(|(rule, _)| Some(Heir { rule, same: true })).collect();
        let Some(old) = self.groups.get(from as usize) else { return };
        let cells: Vec<Cell> = old.cells(from_row).to_vec();
        let Some(new) = self.groups.get(to as usize) else { return };
        let passages = passages_between(old, new, &heirs);
        let mut rings: Vec<Ring> = Vec::new();
        if let Some(old) = self.groups.get_mut(from as usize) {
            rings = old.remove(from_row);
        }
        let mut ended = Vec::new();
        if let Some(new) = self.groups.get_mut(to as usize) {
            let row = new.add(id);
            if let Some(thing) = self.things.get_mut(id) {
                (thing.group, thing.row) = (to, row);
            }
            for (passage, cell) in passages.iter().zip(cells) {
                let ring = passage.from.ring.and_then(|ring| rings.get_mut(ring as usize)).map(std::mem::take);
                let mut ring = ring.unwrap_or_default();
                match passage.to {
                    Some((watch, same)) => pass(new, row, watch, same, cell, &mut ring),
                    None if cell.alarm != NONE => ended.push(cell.alarm),
                    None => {}
                }
                self.rings.release(&mut ring);
            }
        }
        self.end_orphans(&plan, ended, at, out);
    }

    /// Ends alarms that no rule judges any more; they are told of as their old plan names them.
    fn end_orphans(&mut self, plan: &Plan, numbers: Vec<u32>, at: Timestamp, out: &mut dyn Sink<Finding>) {
        let mut told = Vec::new();
        for number in numbers {
            let Some(alarm) = self.alarms.end(number) else { continue };
            if let (Some(thing), Some(rule)) = (self.things.get(alarm.thing), plan.rule(alarm.rule)) {
                told.push((alarm.rule, alarm.verdict(&thing.name, rule, at, None)));
            }
        }
        told.sort_by(|(rule, a), (other, b)| (rule, &a.thing).cmp(&(other, &b.thing)));
        for (_, verdict) in told {
            out.finding(Finding::Invalidated(verdict));
        }
    }
}

fn pass(new: &mut Group, row: u32, watch: Watch, same: bool, cell: Cell, ring: &mut Ring) {
    if let Some(place) = new.cell_mut(row, watch.column) {
        *place = if same { cell } else { Cell { bad: 0, good: 0, ..cell } };
    }
    if same && let Some(place) = watch.ring.and_then(|ring| new.ring_mut(row, ring)) {
        *place = std::mem::take(ring);
    }
}

fn inherit(old: &[bool], heirs: &[Option<Heir>], rules: usize) -> Vec<bool> {
    let mut new = vec![false; rules];
    for (held, heir) in old.iter().zip(heirs) {
        if let Some(place) = heir.and_then(|heir| new.get_mut(heir.rule as usize)) {
            *place = *held;
        }
    }
    new
}

fn heirs(old: &Plan, new: &Plan) -> Vec<Option<Heir>> {
    let names: BTreeMap<(&str, &str), (u32, &Rule)> =
        (0..).zip(&new.rules).map(|(id, rule)| ((&*rule.profile_name, &*rule.name), (id, rule))).collect();
    let heir = |rule: &Rule| {
        let (id, heir) = names.get(&(&*rule.profile_name, &*rule.name))?;
        let judged = |plan: &Plan, rule: &Rule| plan.measures.get(rule.measured as usize).cloned();
        let same_metric = judged(old, rule) == judged(new, heir) && rule.measure == heir.measure;
        let same = (rule.to_alarm, rule.to_clear) == (heir.to_alarm, heir.to_clear) && rule.judge == heir.judge;
        same_metric.then_some(Heir { rule: *id, same })
    };
    old.rules.iter().map(heir).collect()
}

fn passages_between(old: &Group, new: &Group, heirs: &[Option<Heir>]) -> Vec<Passage> {
    let to = |from: &Watch| {
        let heir = heirs.get(from.rule as usize).copied().flatten()?;
        Some((new.column_of(heir.rule)?, heir.same))
    };
    old.columns.iter().map(|from| Passage { from: *from, to: to(from) }).collect()
}
