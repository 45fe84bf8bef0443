//! What operations read of the room's state.

use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, Span};
use bartizan_wire::{Realm, Timestamp};

use super::DeviceRoom;
use super::actives::{ActiveViolation, Place};
use super::notice::{Noticed, NoticedEvent};
use super::record::TRACK;
use super::samples;
use super::statistics::Statistics;
use super::ward::{State, Ward};
use super::window::THINGS_MAX;
use crate::behavior::{Behavior, MetricValue};
use crate::engine::Training;
use crate::observe::Measured;
use crate::violation::verification::VerificationState;

/// Turns that a reader gives to those who judge, at most.
const TURNS_GIVEN: usize = 8;

impl DeviceRoom {
    /// Violations that hold, of a thing, a profile, both or all, strictly after a place, newest first, at most `limit` of
    /// those whose behavior passes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn active(
        &self,
        cx: &Cx,
        thing: Option<&str>,
        profile: Option<&str>,
        after: Option<Place>,
        limit: usize,
        pass: impl Fn(&Behavior) -> bool + Send + Sync,
    ) -> Result<Vec<(Place, ActiveViolation)>, StoreError> {
        let ward = self.ready(cx).await?;
        self.caught_up(cx, &ward).await?;
        let list = |state: &mut State| {
            let all = state.actives.list(thing, profile, after);
            let passing = all.filter(|(_, violation)| pass(&violation.behavior)).take(limit);
            passing.map(|(place, violation)| (place, violation.clone())).collect()
        };
        // What is shown here can be found among the events: what is not written yet is waited for.
        let written = ward.look(|state| state.unwritten.is_empty().then(|| list(state)));
        if let Some(found) = written.flatten() {
            return Ok(found);
        }
        let _turn = self.judging_turn(cx).await;
        Ok(ward.look(list).unwrap_or_default())
    }

    /// Lets those who judge go first, so that whoever was told that a report is taken in sees what came of it. It is not
    /// waited for long: under load there is always something that waits.
    async fn caught_up(&self, cx: &Cx, ward: &Arc<Ward>) -> Result<(), StoreError> {
        for _ in 0..TURNS_GIVEN {
            let behind = ward.look(|state| state.waiting() > 0 || !state.unwritten.is_empty());
            if behind != Some(true) {
                break;
            }
            // Whoever looks judges what waits, rather than to wait for somebody who does.
            self.settle_once(cx, ward).await?;
        }
        Ok(())
    }

    /// True if a violation holds. It is known a moment before it can be found on the board.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn holds(&self, cx: &Cx, id: &str) -> Result<bool, StoreError> {
        let ward = self.ready(cx).await?;
        let found = ward.look(|state| id.parse().is_ok_and(|id| state.actives.find(id).is_some()));
        Ok(found.unwrap_or(false))
    }

    /// Somebody said this of a violation, and it is kept: alerts tell it from now on.
    pub fn verified(&self, cx: &Cx, id: &str, verdict: VerificationState) {
        self.ward_of(&cx.realm).look(|state| {
            if id.parse().is_ok_and(|id| state.actives.find(id).is_some()) {
                state.verified.insert(id.to_owned(), verdict);
            }
        });
    }

    /// Values of a metric of a thing within a span, in order of time. Only what a profile asks to be judged or kept is
    /// told (decision 17).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn values(
        &self,
        cx: &Cx,
        thing: &str,
        measured: &Measured,
        span: Span,
    ) -> Result<Vec<(Timestamp, MetricValue)>, StoreError> {
        let ward = self.ready(cx).await?;
        let name = samples::measure(measured);
        self.caught_up(cx, &ward).await?;
        let inside = |at: Timestamp| span.from <= at && at < span.to;
        // First what is not sealed: what is sealed meanwhile is found twice then, and never missed.
        let recent = ward.look(|state| {
            let kind = state.book.rules.measure_of(measured)?;
            let of = state
                .sealing
                .iter()
                .chain(&state.unsealed)
                .filter(|sample| *sample.subject == *thing && sample.measure == name && inside(sample.at));
            Some((kind, of.cloned().collect::<Vec<_>>()))
        });
        let Some((kind, recent)) = recent.flatten() else { return Ok(Vec::new()) };
        let sealed = cx.series.find(&cx.realm, TRACK, &name, thing, span).await?;
        let mut all: Vec<(Timestamp, MetricValue)> = sealed
            .into_iter()
            .chain(recent)
            .map(|sample| (sample.at, samples::metric_value(&sample.value, kind)))
            .collect();
        all.sort_by_key(|(at, _)| *at);
        all.dedup_by_key(|(at, _)| *at);
        Ok(all)
    }

    /// How far the models of behaviors are.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn trainings(&self, cx: &Cx) -> Result<Vec<Training>, StoreError> {
        let ward = self.ready(cx).await?;
        Ok(ward.look(|state| state.engine.trainings().collect()).unwrap_or_default())
    }

    /// Counts what a broker notices.
    pub fn notice(&self, realm: &Realm, noticed: &Noticed, now: Timestamp) {
        let ward = self.ward_of(realm);
        let mut cloud = ward.cloud();
        let narrowed = Arc::clone(&cloud.narrowed);
        cloud.windows.notice(noticed, &narrowed, now);
        let first = self.settings.skip_first_report && noticed.event == NoticedEvent::Connected;
        if first && cloud.connected.len() < THINGS_MAX {
            cloud.connected.insert(Arc::clone(&noticed.thing));
        }
    }

    /// What was done since the start, and what there is now.
    #[must_use]
    pub fn statistics(&self, realm: &Realm) -> Statistics {
        let ward = self.ward_of(realm);
        let statistics = ward.look(|state| {
            let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            Statistics { active: count(state.actives.len()), backlog: count(state.waiting()), ..state.statistics }
        });
        statistics.unwrap_or_default()
    }
}
