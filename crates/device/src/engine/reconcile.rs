//! Alarms as people were told of them: what an engine that was put together from the past takes over.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_wire::Timestamp;

use super::Coverage;
use super::alarm::{Alarm, Kept, NONE};
use super::criterion::number;
use super::finding::ViolationId;
use super::fold::Engine;
use super::group::Cell;
use crate::behavior::MetricValue;

/// An alarm that people were told of, and of no end.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
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
    /// What was measured then.
    pub value: Option<MetricValue>,
}

impl Engine {
    /// From now on exactly those alarms hold that people were told of, under the ids and from the times that they know.
    /// Runs of datapoints go on where the engine had found the same alarm, and begin anew where it had not. Answers
    /// those that nothing judges any more: they do not hold.
    pub fn reconcile(&mut self, coverage: &dyn Coverage, told: Vec<Told>) -> Vec<Told> {
        type Name = (Arc<str>, Arc<str>, Arc<str>);
        let mut wanted: BTreeMap<Name, Told> = told
            .into_iter()
            .map(|told| ((told.thing.clone(), told.profile.clone(), told.behavior.clone()), told))
            .collect();
        let held: Vec<(u32, Option<Name>)> = self
            .alarms
            .iter()
            .map(|(number, alarm)| {
                let names = self.things.get(alarm.thing).zip(self.plan.rule(alarm.rule));
                (number, names.map(|(thing, rule)| (thing.name.clone(), rule.profile_name.clone(), rule.name.clone())))
            })
            .collect();
        for (number, name) in held {
            let known = name.and_then(|name| wanted.remove(&name));
            match (known, self.alarms.get_mut(number)) {
                (Some(told), Some(alarm)) => {
                    (alarm.id, alarm.started) = (told.id, told.started);
                    alarm.last = alarm.last.max(told.started);
                }
                _ => self.drop_untold(number),
            }
        }
        wanted.into_values().filter_map(|told| self.hold(coverage, told)).collect()
    }

    /// Ends an alarm that nobody knows of.
    fn drop_untold(&mut self, number: u32) {
        let Some(alarm) = self.alarms.end(number) else { return };
        let Some((group, row)) = self.things.get(alarm.thing).map(|thing| (thing.group, thing.row)) else { return };
        let Some(group) = self.groups.get_mut(group as usize) else { return };
        if let Some(cell) = group.column_of(alarm.rule).and_then(|watch| group.cell_mut(row, watch.column)) {
            *cell = Cell { alarm: NONE, bad: 0, good: 0, ..*cell };
        }
    }

    /// Raises an alarm that people know of; hands it back where nothing judges it.
    fn hold(&mut self, coverage: &dyn Coverage, told: Told) -> Option<Told> {
        let mut rules = (0_u32..).zip(&self.plan.rules);
        let rule = rules.find(|(_, rule)| rule.profile_name == told.profile && rule.name == told.behavior);
        let Some(rule) = rule.map(|(number, _)| number) else { return Some(told) };
        let Some(thing) = self.things.find(&told.thing).or_else(|| self.admit(coverage, &told.thing)) else {
            return Some(told);
        };
        let Some((group, row)) = self.things.get(thing).map(|thing| (thing.group, thing.row)) else {
            return Some(told);
        };
        let Some(group) = self.groups.get_mut(group as usize) else { return Some(told) };
        let Some(cell) = group.column_of(rule).and_then(|watch| group.cell_mut(row, watch.column)) else {
            return Some(told);
        };
        let value = told.value.unwrap_or_default();
        let value = number(&value).map_or_else(|| Kept::List(Box::new(value)), Kept::Number);
        let Told { id, started, .. } = told;
        let alarm = Alarm { thing, rule, id, started, last: started, value };
        // At least this datapoint was heard of.
        let last = cell.last.max(started.0);
        *cell = Cell { alarm: self.alarms.raise(alarm), last, bad: 0, good: 0 };
        None
    }
}
