//! Recorded events of processes under both plans.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::facts::World;
use super::super::ignore::Program;
use super::super::plan::{Duty, Plan};
use super::count;

/// Events of processes under both plans.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct EventsShift {
    /// Recorded.
    pub recorded: u64,
    /// Sent under the old plan.
    pub sent_before: u64,
    /// Sent under the new plan.
    pub sent_after: u64,
    /// Dropped by each rule of the new plan.
    pub dropped_by: BTreeMap<String, u64>,
    /// Programs whose events are dropped by name though it is another program than its rule may mean: how many different
    /// paths each rule by name drops, if more than one.
    pub broad: BTreeMap<String, u64>,
}

pub(super) fn events(old: &Plan, new: &Plan, world: &World) -> EventsShift {
    let mut shift = EventsShift::default();
    if new.duty != Duty::Runtime {
        return shift;
    }
    let mut paths: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for events in &world.events {
        let program = Program::from_link(&events.program);
        shift.recorded += events.count;
        if old.sends_events && old.ignored.drops(program).is_none() {
            shift.sent_before += events.count;
        }
        match new.ignored.drops(program) {
            None if new.sends_events => shift.sent_after += events.count,
            None => {}
            Some(rule) => {
                *shift.dropped_by.entry(new.ignored.text(rule).unwrap_or_default().to_owned()).or_default() +=
                    events.count;
                paths.entry(rule).or_default().insert(program.path);
            }
        }
    }
    let broad = paths.into_iter().filter(|(_, paths)| paths.len() > 1);
    shift.broad = broad
        .map(|(rule, paths)| (new.ignored.text(rule).unwrap_or_default().to_owned(), count(paths.len())))
        .collect();
    shift
}
