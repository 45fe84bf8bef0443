//! [`Queue`]: which alert is tried when. Values in, values out: no board, no clock, no network.
//!
//! Every target has a lane of its own. Alerts of one stream go one after the other; those of different streams of a lane
//! may overtake each other, up to [`Pace::at_once`] at the same time. When a receiver does not work at all, its lane
//! pauses as a whole, and one alert probes it after the pause.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bartizan_policy::alert::Waiting;
use bartizan_wire::Timestamp;

use crate::pace::{Pace, later};

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Delivered,
    /// Not now.
    Later {
        /// In words.
        why: String,
        /// The receiver does not work at all, rather than not take this one alert.
        away: bool,
        /// The pause that it asked for.
        after: Option<Duration>,
    },
    /// Not now and not later.
    Never(String),
    /// Somebody else has removed the alert.
    Gone,
}

/// What is to be written after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing remains to be done with it.
    Forget,
    /// It waits.
    Wait { attempts: u32, next: Timestamp, error: String },
    /// It is given up.
    Bury { attempts: u32, error: String },
}

/// What is known of an alert without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    stream: String,
    queued: Timestamp,
    attempts: u32,
    next: Timestamp,
}

#[derive(Debug, Default)]
struct Lane {
    /// By subject, which is their order.
    waiting: BTreeMap<String, Head>,
    running: BTreeMap<String, Head>,
    /// Failures in a row of the receiver as a whole.
    failures: u32,
    paused_until: Timestamp,
    /// More wait on the board than are held.
    overflowed: bool,
}

/// The lanes of all targets.
#[derive(Debug)]
pub(crate) struct Queue {
    pace: Pace,
    lanes: BTreeMap<String, Lane>,
}

impl Queue {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, lanes: BTreeMap::new() }
    }

    /// Hears of an alert on the board; one that is known already changes nothing.
    pub(crate) fn offer(&mut self, subject: &str, waiting: &Waiting) {
        let lane = self.lanes.entry(waiting.alert.target.clone()).or_default();
        if lane.waiting.contains_key(subject) || lane.running.contains_key(subject) {
            return;
        }
        // What is not held must not be overtaken by what comes after it.
        let last = lane.waiting.last_key_value().map(|(last, _)| last.as_str());
        if lane.overflowed && last.is_none_or(|last| last < subject) {
            return;
        }
        let head = Head {
            stream: waiting.alert.stream.clone(),
            queued: waiting.queued,
            attempts: waiting.attempts,
            next: waiting.next,
        };
        lane.waiting.insert(subject.to_owned(), head);
        if lane.waiting.len() > self.pace.held_max {
            lane.waiting.pop_last();
            lane.overflowed = true;
        }
    }

    /// True if alerts on the board that were not held fit in now. It is asked once for each time it becomes true.
    pub(crate) fn hungry(&mut self) -> bool {
        let half = self.pace.held_max / 2;
        let mut hungry = false;
        for lane in self.lanes.values_mut().filter(|lane| lane.waiting.len() <= half) {
            hungry |= std::mem::take(&mut lane.overflowed);
        }
        hungry
    }

    /// Alerts to try now, as target and subject; they run from here on.
    pub(crate) fn start(&mut self, now: Timestamp) -> Vec<(String, String)> {
        let mut started = Vec::new();
        for (target, lane) in &mut self.lanes {
            for subject in lane.due(&self.pace, now) {
                if let Some(head) = lane.waiting.remove(&subject) {
                    lane.running.insert(subject.clone(), head);
                    started.push((target.clone(), subject));
                }
            }
        }
        started
    }

    /// When [`start`](Self::start) will have something to do unless something happens before.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.lanes.values().filter_map(|lane| lane.next(&self.pace)).min()
    }

    /// What follows from an attempt. The alert runs until it is [`settled`](Self::settled).
    pub(crate) fn judge(&mut self, target: &str, subject: &str, outcome: Outcome, now: Timestamp) -> Step {
        let Some(lane) = self.lanes.get_mut(target) else { return Step::Forget };
        let (attempts, queued) = lane.running.get(subject).map_or((0, now), |head| (head.attempts, head.queued));
        let attempts = attempts.saturating_add(1);
        match outcome {
            Outcome::Delivered => {
                lane.failures = 0;
                Step::Forget
            }
            Outcome::Gone => Step::Forget,
            Outcome::Never(error) => Step::Bury { attempts, error },
            Outcome::Later { why, away, after } => {
                if away {
                    lane.failures = lane.failures.saturating_add(1);
                    lane.paused_until = later(now, self.pace.pause_after(lane.failures, after));
                } else {
                    lane.failures = 0;
                }
                if attempts >= self.pace.attempts_max || later(queued, self.pace.age_max) <= now {
                    return Step::Bury { attempts, error: why };
                }
                Step::Wait { attempts, next: later(now, self.pace.pause_after(attempts, after)), error: why }
            }
        }
    }

    /// The step has been written; without one, the alert is tried again after the usual pause.
    pub(crate) fn settled(&mut self, target: &str, subject: &str, written: Option<&Step>, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(target) else { return };
        let Some(mut head) = lane.running.remove(subject) else { return };
        match written {
            Some(Step::Forget | Step::Bury { .. }) => {}
            Some(Step::Wait { attempts, next, .. }) => {
                (head.attempts, head.next) = (*attempts, *next);
                lane.waiting.insert(subject.to_owned(), head);
            }
            None => {
                head.next = later(now, self.pace.pause_after(head.attempts.saturating_add(1), None));
                lane.waiting.insert(subject.to_owned(), head);
            }
        }
    }
}

impl Lane {
    /// How many more may start.
    fn free(&self, pace: &Pace) -> usize {
        // A receiver that failed as a whole is probed with one.
        let at_once = if self.failures > 0 { 1 } else { pace.at_once };
        at_once.saturating_sub(self.running.len())
    }

    /// The first alert of each stream that does not run, in order.
    fn fronts(&self) -> impl Iterator<Item = (&String, &Head)> {
        let mut taken: BTreeSet<&str> = self.running.values().map(|head| head.stream.as_str()).collect();
        self.waiting.iter().filter(move |(_, head)| taken.insert(&head.stream))
    }

    fn due(&self, pace: &Pace, now: Timestamp) -> Vec<String> {
        let free = if self.paused_until > now { 0 } else { self.free(pace) };
        if free == 0 {
            return Vec::new();
        }
        let due = self.fronts().filter(|(_, head)| head.next <= now);
        due.take(free).map(|(subject, _)| subject.clone()).collect()
    }

    fn next(&self, pace: &Pace) -> Option<Timestamp> {
        if self.free(pace) == 0 {
            return None;
        }
        self.fronts().map(|(_, head)| head.next).min().map(|next| next.max(self.paused_until))
    }
}

#[cfg(test)]
mod tests;
