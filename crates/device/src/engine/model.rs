//! What stands in for the vendor's machine learning, whose models are not published: quantiles of the fleet's own past.
//!
//! One model for each behavior. It collects every datapoint of the things that the behavior judges, by hour, for
//! fourteen days, in [histograms](histogram). With at least 25,000 datapoints of the last fourteen days it becomes active
//! and is built anew every day; without them it is tried again every day, and after thirty days of that it expires, until
//! there are enough again. The vendor's numbers [developer guide, "ML Detect"].
//!
//! **What is normal**: around the median, as far as the 5th and the 95th percentile are from it, times a factor for each
//! confidence level. The hour of the week (UTC) has its own percentiles if it has at least [`HOUR_POINTS_MIN`]
//! datapoints, else those of all fourteen days hold. Nothing counts as abnormal that is closer to the median than a
//! hundredth of it, or than a tenth of the fleet's usual spread. So nights, weekends and quiet hours are learned; trends
//! over weeks, and how several metrics go together, are not. The same datapoints in any order make the same model.

mod histogram;

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_wire::Timestamp;

pub(crate) use histogram::Histogram;

use super::fold::Engine;
use super::plan::Judge;
use crate::behavior::ConfidenceLevel;

/// Datapoints of the last fourteen days that a model needs.
pub const DATAPOINTS_MIN: u64 = 25_000;
/// Datapoints of an hour of the week below which the whole fourteen days stand in for it.
pub const HOUR_POINTS_MIN: u64 = 100;
/// Days that a model collects before it judges, and that it is built of.
pub const LEARNING_DAYS: i64 = 14;
const WINDOW_MS: i64 = LEARNING_DAYS * Timestamp::DAY_MS;
/// How long a model that cannot be built is tried again: thirty days.
const RETRY_MS: i64 = 30 * Timestamp::DAY_MS;
const HOUR_MS: i64 = Timestamp::DAY_MS / 24;
const WEEK_HOURS: i64 = 7 * 24;

/// Percentiles, in parts of a hundred.
const LOW_PERCENT: u64 = 5;
const MEDIAN_PERCENT: u64 = 50;
const HIGH_PERCENT: u64 = 95;
/// Parts of the median, and of the fleet's usual spread, that are never abnormal.
const MEDIAN_SHARE: f64 = 0.01;
const SPREAD_SHARE: f64 = 0.1;

/// How many times the usual distance from the median is abnormal.
const fn factor(level: ConfidenceLevel) -> f64 {
    match level {
        ConfidenceLevel::Low => 2.0,
        ConfidenceLevel::Medium => 3.0,
        ConfidenceLevel::High => 5.0,
    }
}

/// How far a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelStatus {
    /// It collects, and judges nothing.
    PendingBuild,
    /// It judges.
    Active,
    /// It had too few datapoints for thirty days, and judges nothing.
    Expired,
}

/// What is known of a behavior's model.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Of which profile.
    pub profile: Arc<str>,
    /// Its name in the profile.
    pub behavior: Arc<str>,
    /// The first datapoint.
    pub started: Option<Timestamp>,
    /// How far it is.
    pub status: ModelStatus,
    /// How many of the datapoints that it needs there are, from 0 to 100.
    pub percentage: f64,
    /// When it was last built.
    pub refreshed: Option<Timestamp>,
}

/// Where the middle is, and how far from it is usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usual {
    pub(crate) median: f64,
    pub(crate) below: f64,
    pub(crate) above: f64,
}

impl Usual {
    fn of(histogram: &Histogram, floor: f64) -> Option<Self> {
        let median = histogram.percentile(MEDIAN_PERCENT)?;
        let floor = floor.max(median.abs() * MEDIAN_SHARE);
        let below = (median - histogram.percentile(LOW_PERCENT)?).max(floor);
        let above = (histogram.percentile(HIGH_PERCENT)? - median).max(floor);
        Some(Self { median, below, above })
    }

    fn holds(self, value: f64, level: ConfidenceLevel) -> bool {
        let factor = factor(level);
        self.median - factor * self.below <= value && value <= self.median + factor * self.above
    }
}

/// A model in use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Built {
    pub(crate) whole: Usual,
    /// By hour of the week; the first is that of 1970-01-01, a Thursday.
    pub(crate) hours: Vec<Option<Usual>>,
}

/// The model of one behavior.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Model {
    pub(crate) started: Option<Timestamp>,
    /// By hour since 1970.
    pub(crate) hours: BTreeMap<i64, Histogram>,
    pub(crate) tried: Option<Timestamp>,
    pub(crate) refreshed: Option<Timestamp>,
    /// Since when it cannot be built.
    pub(crate) lacking: Option<Timestamp>,
    pub(crate) built: Option<Built>,
}

const fn hour(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR_MS)
}

impl Model {
    /// Whether a value is normal; `None` while the model judges nothing.
    pub(crate) fn judge(&self, at: Timestamp, value: f64, level: ConfidenceLevel) -> Option<bool> {
        let built = self.built.as_ref()?;
        let of_week = usize::try_from(hour(at).rem_euclid(WEEK_HOURS)).ok();
        let hour = of_week.and_then(|hour| built.hours.get(hour).copied().flatten());
        Some(hour.unwrap_or(built.whole).holds(value, level))
    }

    pub(crate) fn collect(&mut self, at: Timestamp, value: f64) {
        self.started = Some(self.started.map_or(at, |started| started.min(at)));
        self.hours.entry(hour(at)).or_default().add(value);
    }

    /// Looks whether it is time to build.
    pub(crate) fn tick(&mut self, at: Timestamp) {
        let oldest = hour(Timestamp(at.0.saturating_sub(WINDOW_MS)));
        while self.hours.first_key_value().is_some_and(|(hour, _)| *hour < oldest) {
            self.hours.pop_first();
        }
        if self.due().is_none_or(|due| at < due) {
            return;
        }
        self.tried = Some(at);
        if self.collected() >= DATAPOINTS_MIN {
            self.built = self.build();
            (self.refreshed, self.lacking) = (Some(at), None);
        } else {
            let since = *self.lacking.get_or_insert(at);
            if at.0.saturating_sub(since.0) >= RETRY_MS {
                self.built = None;
            }
        }
    }

    /// The first tick from then on builds it; `None` while there is nothing to build it of.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        let again = |tried: Timestamp| Timestamp(tried.0.saturating_add(Timestamp::DAY_MS));
        self.started.map(|started| self.tried.map_or_else(|| Self::first_due(started), again))
    }

    /// When a model is built first whose first datapoint is of this time.
    pub(crate) const fn first_due(started: Timestamp) -> Timestamp {
        Timestamp(started.0.saturating_add(WINDOW_MS))
    }

    fn collected(&self) -> u64 {
        self.hours.values().map(Histogram::len).sum()
    }

    fn build(&self) -> Option<Built> {
        let mut whole = Histogram::default();
        let mut weeks: Vec<Histogram> = vec![Histogram::default(); usize::try_from(WEEK_HOURS).unwrap_or_default()];
        for (hour, histogram) in &self.hours {
            whole.merge(histogram);
            let of_week = usize::try_from(hour.rem_euclid(WEEK_HOURS)).ok();
            if let Some(week) = of_week.and_then(|hour| weeks.get_mut(hour)) {
                week.merge(histogram);
            }
        }
        let whole = Usual::of(&whole, 0.0)?;
        let floor = SPREAD_SHARE * (whole.below + whole.above);
        let usual = |week: &Histogram| (week.len() >= HOUR_POINTS_MIN).then(|| Usual::of(week, floor)).flatten();
        Some(Built { whole, hours: weeks.iter().map(usual).collect() })
    }

    fn status(&self, now: Option<Timestamp>) -> ModelStatus {
        let lacking = |since: Timestamp| now.is_some_and(|now| now.0.saturating_sub(since.0) >= RETRY_MS);
        match (&self.built, self.lacking) {
            (Some(_), _) => ModelStatus::Active,
            (None, Some(since)) if lacking(since) => ModelStatus::Expired,
            (None, _) => ModelStatus::PendingBuild,
        }
    }
}

impl Engine {
    /// What is known of the models, in the order of profiles and behaviors.
    pub fn trainings(&self) -> impl Iterator<Item = Training> {
        let judged = (0..).zip(&self.plan.rules).filter(|(_, rule)| matches!(rule.judge, Judge::Model(_)));
        judged.map(|(number, rule): (u32, _)| {
            let none = Model::default();
            let model = self.models.get(&number).unwrap_or(&none);
            #[expect(clippy::cast_precision_loss, reason = "a share")]
            let percentage = (model.collected().min(DATAPOINTS_MIN) as f64) * 100.0 / DATAPOINTS_MIN as f64;
            Training {
                profile: rule.profile_name.clone(),
                behavior: rule.name.clone(),
                started: model.started,
                status: model.status(model.tried),
                percentage,
                refreshed: model.refreshed,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = Timestamp::DAY_MS;

    /// Four datapoints a minute: 5,760 a day.
    fn feed(model: &mut Model, days: std::ops::Range<i64>) {
        for quarter in days.start * 5_760..days.end * 5_760 {
            let hour_of_day = quarter / 240 % 24;
            let value = (100 * (1 + hour_of_day) + quarter % 10) as f64;
            model.collect(Timestamp(quarter * 15_000), value);
        }
    }

    fn tick_days(model: &mut Model, days: std::ops::Range<i64>) {
        for tick in days.start * 288..days.end * 288 {
            model.tick(Timestamp(tick * 300_000));
        }
    }

    #[test]
    fn builds_after_fourteen_days_and_every_day() {
        let mut model = Model::default();
        feed(&mut model, 0..13);
        tick_days(&mut model, 0..14);
        assert_eq!(model.status(model.tried), ModelStatus::PendingBuild);
        model.tick(Timestamp(14 * DAY));
        assert_eq!((model.status(model.tried), model.refreshed), (ModelStatus::Active, Some(Timestamp(14 * DAY))));
        tick_days(&mut model, 14..16);
        assert_eq!(model.refreshed, Some(Timestamp(15 * DAY)));
        assert!(model.hours.len() <= 14 * 24 + 1);
    }

    #[test]
    fn hours_have_their_own_normal() {
        let mut model = Model::default();
        feed(&mut model, 0..14);
        model.tick(Timestamp(14 * DAY));
        let at = |hour: i64| Timestamp(15 * DAY + hour * HOUR_MS);
        for level in [ConfidenceLevel::Low, ConfidenceLevel::Medium, ConfidenceLevel::High] {
            assert_eq!(model.judge(at(3), 404.0, level), Some(true));
            assert_eq!(model.judge(at(23), 404.0, level), Some(false), "by night it is unusual");
            assert_eq!(model.judge(at(3), 1e9, level), Some(false));
        }
        let allowed =
            |level| (0..100_000).filter(|value| model.judge(at(3), f64::from(*value), level) == Some(true)).count();
        let allowed = [ConfidenceLevel::Low, ConfidenceLevel::Medium, ConfidenceLevel::High].map(allowed);
        assert!(allowed.is_sorted() && allowed[0] < allowed[2], "{allowed:?}");
    }

    #[test]
    fn too_few_datapoints_are_tried_for_thirty_days() {
        let mut model = Model::default();
        model.collect(Timestamp(0), 1.0);
        tick_days(&mut model, 0..43);
        assert_eq!(model.status(model.tried), ModelStatus::PendingBuild);
        tick_days(&mut model, 43..45);
        assert_eq!(model.status(model.tried), ModelStatus::Expired);
        feed(&mut model, 45..50);
        tick_days(&mut model, 45..50);
        assert_eq!(model.status(model.tried), ModelStatus::Active, "enough again");
        tick_days(&mut model, 50..85);
        assert_eq!(model.status(model.tried), ModelStatus::Active, "the old one is still used");
        tick_days(&mut model, 85..95);
        assert_eq!(model.status(model.tried), ModelStatus::Expired);
    }
}
