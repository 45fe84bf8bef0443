//! Events of processes: the latest of them on the tape, and how many there were of each program, which is what previews ask.

use std::collections::BTreeMap;

use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine;

/// The track of events, by sensor.
pub const TRACK: &str = "container/events";
/// What sensors have seen, by sensor.
pub const COUNTS: &str = "container/event-counts";
/// Where the track stood at the end of each day: what is older than a week is deleted.
pub const DAYS: &str = "container/event-days";
/// Days that are kept.
pub const DAYS_MAX: i64 = 7;
/// Events of one report.
pub const EVENTS_MAX: usize = 5_000;
/// Programs of one sensor and day that are told apart; events of more are not counted by program.
pub const PROGRAMS_MAX: usize = 5_000;
/// Batches that are remembered, so that one that is sent twice counts once.
const BATCHES_MAX: usize = 64;

/// What a sensor reports of a few seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventReport {
    /// Told apart from all others.
    pub batch: String,
    /// In OCSF.
    pub events: Vec<Value>,
    /// All events by program, also those that were dropped: the link that the kernel shows, and how many.
    pub seen: BTreeMap<String, u64>,
    /// Events that were dropped by a rule of the profile.
    pub dropped: BTreeMap<String, u64>,
    /// Events that the kernel or a full queue dropped.
    pub lost: u64,
    /// Processes that were gone before it was known what they were.
    pub unread: u64,
    /// Where events come from, in words.
    pub source: String,
}

/// What a sensor has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Batches that were taken, the latest last.
    pub batches: Vec<String>,
    /// Events by day and program.
    pub days: BTreeMap<i64, BTreeMap<String, u64>>,
    /// Events that were dropped by a rule.
    pub dropped: BTreeMap<String, u64>,
    /// See [`EventReport::lost`].
    pub lost: u64,
    /// See [`EventReport::unread`].
    pub unread: u64,
    /// See [`EventReport::source`].
    pub source: String,
}

/// The day of a time, counted from the epoch.
#[must_use]
pub fn day(at: Timestamp) -> i64 {
    at.0.div_euclid(Timestamp::DAY_MS)
}

impl Counts {
    /// Takes a report in; false for one that was taken before.
    pub fn take(&mut self, report: &EventReport, now: Timestamp) -> bool {
        if self.batches.contains(&report.batch) {
            return false;
        }
        self.batches.push(report.batch.clone());
        let more = self.batches.len().saturating_sub(BATCHES_MAX);
        self.batches.drain(..more);
        let today = day(now);
        self.days.retain(|day, _| *day > today - DAYS_MAX);
        let programs = self.days.entry(today).or_default();
        for (program, count) in &report.seen {
            if programs.len() < PROGRAMS_MAX || programs.contains_key(program) {
                *programs.entry(program.clone()).or_default() += count;
            }
        }
        for (rule, count) in &report.dropped {
            *self.dropped.entry(rule.clone()).or_default() += count;
        }
        self.lost += report.lost;
        self.unread += report.unread;
        self.source.clone_from(&report.source);
        true
    }
}

/// Events of some sensors by program, as the engine has them.
#[must_use]
pub fn by_program<'a>(counts: impl Iterator<Item = &'a Counts>) -> Vec<engine::Events> {
    let mut programs: BTreeMap<&str, u64> = BTreeMap::new();
    for (program, count) in counts.flat_map(|counts| counts.days.values()).flatten() {
        *programs.entry(program).or_default() += count;
    }
    programs.into_iter().map(|(program, count)| engine::Events { program: program.into(), count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_counts_once_and_a_week_is_kept() {
        let mut counts = Counts::default();
        let report = |batch: &str| EventReport {
            batch: batch.to_owned(),
            seen: [("/usr/bin/cat".to_owned(), 2)].into(),
            lost: 1,
            ..EventReport::default()
        };
        let at = |days: i64| Timestamp(days * Timestamp::DAY_MS);
        assert!(counts.take(&report("a"), at(0)) && !counts.take(&report("a"), at(0)));
        assert!(counts.take(&report("b"), at(6)));
        let all = by_program([&counts].into_iter());
        assert_eq!((all.len(), all[0].count, counts.lost), (1, 4, 2));
        counts.take(&report("c"), at(7));
        assert_eq!(by_program([&counts].into_iter())[0].count, 4, "the first day is over");
    }
}
