//! The judgment: what was recorded is told to the engine in its order, and what the engine finds is written with the
//! position up to which it was judged, all at once.

use std::sync::Arc;

use bartizan_ledger::{Entry, Posting, Seq, StoreError, Write};
use bartizan_policy::alert::{self, Alert};
use bartizan_policy::{Kind as _, Position, Sink};
use bartizan_wire::Timestamp;

use super::book::Touched;
use super::record::Record;
use super::rules::Covering;
use super::samples;
use super::ward::{Batch, State, Step};
use super::window::THINGS_MAX;
use crate::behavior::Behavior;
use crate::engine::{Coverage as _, Finding, Plan, Verdict};
use crate::metric::DISCONNECT_DURATION;
use crate::observe::Observation;
use crate::profile::SecurityProfiles;
use crate::violation::{Event, EventKind, tell};

/// Where the board keeps up to which position findings are written.
pub(crate) const POSITION_TOPIC: &str = "device/position";
/// Its only subject.
pub(crate) const POSITION: &str = "judged";

/// Exported values that wait to be published, at most; of more, the newest half is kept.
const EXPORTS_MAX: usize = 200_000;

/// Takes findings, and counts what could not be judged.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    blind: u64,
}

impl Sink<Finding> for Found {
    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn blind(&mut self, _why: &'static str) {
        self.blind += 1;
    }
}

impl State {
    /// Judges one batch. What there is to write afterwards is in `unwritten`.
    pub(crate) fn judge(&mut self, batch: Batch) -> Result<(), StoreError> {
        let before = self.unwritten.len();
        // Findings of a batch are written together, so those of a batch that was written before are all there.
        let new = batch.end > self.written;
        let mut last = None;
        for step in batch.steps {
            let at = match &step {
                Step::Seen(record) => record.at(),
                Step::Entries { at, .. } => *at,
            };
            last = Some(at);
            match step {
                Step::Seen(record) => self.see(record, batch.end, new)?,
                Step::Entries { seq, at, entries } => self.replan(seq, at, &entries, new)?,
            }
        }
        self.judged = batch.end;
        if let Some(at) = last
            && self.unwritten.len() > before
        {
            let body = batch.end.0.to_string().into_bytes();
            self.unwritten.push(Write::post(POSITION_TOPIC, Posting { subject: POSITION.to_owned(), at, body }));
            self.written = batch.end;
        }
        Ok(())
    }

    fn see(&mut self, record: Record, end: Position, new: bool) -> Result<(), StoreError> {
        let Record::Seen { observation, report_id, unjudged } = record else { return Ok(()) };
        if let Observation::Report { thing, at, .. } = &observation {
            self.throttle.accepted(thing, &report_id, *at);
        }
        if unjudged {
            return Ok(());
        }
        let mut found = Found::default();
        let covering = Covering { compiled: &self.compiled, places: self.book.fleet.as_ref() };
        self.engine.step(&covering, &observation, &mut found);
        self.statistics.judged += 1;
        let plan = Arc::clone(self.compiled.plan());
        self.take(found, &plan, &plan, new)?;
        self.remember(&observation);
        self.export(&observation);
        if end > self.sealed {
            samples::collect(&observation, &mut self.unsealed);
        }
        Ok(())
    }

    fn export(&mut self, observation: &Observation) {
        let (Observation::Report { thing, at, datapoints } | Observation::Window { thing, at, datapoints }) =
            observation
        else {
            return;
        };
        if !self.compiled.exports_nothing() {
            let profiles = self.covering().covering(thing);
            let entries = self.compiled.export(&profiles, thing, *at, datapoints);
            self.exports.extend(entries);
            if self.exports.len() > EXPORTS_MAX {
                self.exports.drain(..self.exports.len() - EXPORTS_MAX / 2);
            }
        }
    }

    /// What a window says of a thing that is gone, or there.
    fn remember(&mut self, observation: &Observation) {
        let Observation::Window { thing, at, datapoints } = observation else { return };
        let gone = datapoints.iter().find(|point| point.measured.metric.as_ref() == DISCONNECT_DURATION);
        if let Some(seconds) = gone.and_then(|point| point.value.count) {
            let since = (seconds > 0).then(|| Timestamp(at.0.saturating_sub(seconds.saturating_mul(1000))));
            // As many as a window holds; who comes later is known again once it connects.
            if self.gone.len() < THINGS_MAX || self.gone.contains_key(thing) {
                self.gone.insert(Arc::clone(thing), since);
            }
        }
    }

    /// From now on other documents hold.
    fn replan(&mut self, seq: Seq, at: Timestamp, entries: &[Entry], new: bool) -> Result<(), StoreError> {
        let before = Arc::clone(self.compiled.plan());
        let mut found = Found::default();
        // Of a profile that is gone, its own subscribers are told.
        let gone = entries.iter().filter(|entry| entry.key.kind == SecurityProfiles::NAME && entry.body.is_none());
        self.former_targets = gone
            .map(|entry| {
                let targets = self.book.rules.alert_targets(&entry.key.name);
                (entry.key.name.clone(), targets.map(str::to_owned).collect())
            })
            .collect();
        match self.book.apply_all(entries, seq)? {
            Touched::All => {
                self.compiled = Arc::new(self.book.rules.compile()?);
                let covering = Covering { compiled: &self.compiled, places: self.book.fleet.as_ref() };
                self.engine.replan(Arc::clone(self.compiled.plan()), &covering, at, &mut found);
            }
            Touched::Things(things) => {
                let covering = Covering { compiled: &self.compiled, places: self.book.fleet.as_ref() };
                for thing in things {
                    self.engine.recover(&thing, &covering, at, &mut found);
                }
            }
        }
        let plan = Arc::clone(self.compiled.plan());
        self.take(found, &plan, &before, new)?;
        self.former_targets.clear();
        self.actives.renew(|violation| plan.behavior(&violation.profile, &violation.behavior.name));
        Ok(())
    }

    fn take(&mut self, found: Found, plan: &Plan, before: &Plan, new: bool) -> Result<(), StoreError> {
        self.statistics.blind += found.blind;
        for finding in found.findings {
            let verdict = finding.verdict();
            let behavior = plan
                .behavior(&verdict.profile, &verdict.behavior)
                .or_else(|| before.behavior(&verdict.profile, &verdict.behavior));
            let Some(behavior) = behavior else {
                return Err(StoreError::Failed(format!(
                    "`{}` of `{}` was judged and is in no profile",
                    verdict.behavior, verdict.profile
                )));
            };
            let kind = match &finding {
                Finding::Alarm(_) => Some(EventKind::InAlarm),
                Finding::Refreshed(_) => None,
                Finding::Cleared(_) => Some(EventKind::AlarmCleared),
                Finding::Invalidated(_) => Some(EventKind::AlarmInvalidated),
            };
            match &finding {
                Finding::Alarm(verdict) | Finding::Refreshed(verdict) => self.actives.hold(verdict, behavior),
                Finding::Cleared(verdict) | Finding::Invalidated(verdict) => self.actives.end(verdict.id),
            }
            let Some(kind) = kind.filter(|_| new) else { continue };
            if kind == EventKind::InAlarm {
                self.statistics.alarms += 1;
            } else {
                self.statistics.ended += 1;
            }
            self.write(&event(verdict, behavior, kind))?;
        }
        Ok(())
    }

    pub(super) fn write(&mut self, event: &Event) -> Result<(), StoreError> {
        self.unwritten.extend(event.writes()?);
        // What begins now nobody has looked at yet, and of what ends now nothing more is told.
        let verified = self.verified.remove(&event.id).unwrap_or_default();
        if event.behavior.suppress_alerts != Some(true) {
            let former = self.former_targets.get(&event.profile).into_iter().flatten().map(String::as_str);
            let targets = self.book.rules.alert_targets(&event.profile).chain(former);
            let alerts: Vec<Alert> = targets.map(|target| tell::alert(&self.realm, event, verified, target)).collect();
            self.unwritten.extend(alert::enqueue(&alerts, event.at));
        }
        Ok(())
    }
}

fn event(verdict: &Verdict, behavior: &Behavior, kind: EventKind) -> Event {
    Event {
        id: verdict.id.to_string(),
        thing: verdict.thing.to_string(),
        profile: verdict.profile.to_string(),
        behavior: behavior.clone(),
        value: verdict.value.clone(),
        confidence: verdict.confidence,
        kind,
        at: verdict.at,
    }
}
