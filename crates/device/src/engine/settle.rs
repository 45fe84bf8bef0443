//! What one judged datapoint does to an alarm.

use std::sync::Arc;

use bartizan_policy::Sink;
use bartizan_wire::Timestamp;

use super::alarm::{Alarm, Alarms, Kept, NONE};
use super::finding::{Finding, ViolationId};
use super::group::Cell;
use super::plan::Rule;

/// Whose datapoint it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) id: u32,
    pub(crate) name: &'a Arc<str>,
    pub(crate) rule_id: u32,
    pub(crate) rule: &'a Rule,
}

/// Counts the datapoint, and tells what becomes of the alarm. Nothing is told of a conforming datapoint without an alarm.
pub(crate) fn settle(
    cell: &mut Cell,
    alarms: &mut Alarms,
    subject: Subject<'_>,
    at: Timestamp,
    conforms: bool,
    value: impl FnOnce() -> Kept,
    out: &mut dyn Sink<Finding>,
) {
    let Subject { id: thing, name, rule_id, rule } = subject;
    if cell.alarm == NONE {
        cell.bad = if conforms { 0 } else { cell.bad.saturating_add(1) };
        if cell.bad < rule.to_alarm {
            return;
        }
        let value = value();
        let id = ViolationId::of(&rule.profile_name, &rule.name, name, at);
        let alarm = Alarm { thing, rule: rule_id, id, started: at, last: at, value };
        out.finding(Finding::Alarm(alarm.verdict(name, rule, at, Some(&alarm.value))));
        *cell = Cell { alarm: alarms.raise(alarm), bad: 0, good: 0, ..*cell };
    } else if conforms {
        cell.good = cell.good.saturating_add(1);
        if cell.good < rule.to_clear {
            return;
        }
        if let Some(alarm) = alarms.end(cell.alarm) {
            out.finding(Finding::Cleared(alarm.verdict(name, rule, at, Some(&value()))));
        }
        *cell = Cell { alarm: NONE, bad: 0, good: 0, ..*cell };
    } else {
        cell.good = 0;
        if let Some(alarm) = alarms.get_mut(cell.alarm) {
            (alarm.last, alarm.value) = (at, value());
            out.finding(Finding::Refreshed(alarm.verdict(name, rule, at, Some(&alarm.value))));
        }
    }
}
