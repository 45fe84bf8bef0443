//! Alarms that hold.

use bartizan_wire::Timestamp;

use super::finding::{Verdict, ViolationId};
use super::plan::Rule;
use crate::behavior::MetricValue;
use crate::metric::Measure;

/// Where a cell has no alarm.
pub(crate) const NONE: u32 = u32::MAX;

/// A measured value, kept small.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kept {
    Number(f64),
    List(Box<MetricValue>),
}

impl Kept {
    /// The value as its metric spells it.
    pub(crate) fn spelled(&self, measure: Measure) -> MetricValue {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "counts are whole, and beyond the type they saturate")]
            Self::Number(number) if measure != Measure::Number => {
                MetricValue { count: Some(*number as i64), ..MetricValue::default() }
            }
            Self::Number(number) => MetricValue { number: Some(*number), ..MetricValue::default() },
            Self::List(list) => (**list).clone(),
        }
    }
}

/// One alarm that holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alarm {
    pub(crate) thing: u32,
    pub(crate) rule: u32,
    pub(crate) id: ViolationId,
    pub(crate) started: Timestamp,
    /// Time of the last violating datapoint.
    pub(crate) last: Timestamp,
    /// Its value.
    pub(crate) value: Kept,
}

impl Alarm {
    /// What is told of it at a time.
    pub(crate) fn verdict(
        &self,
        thing: &std::sync::Arc<str>,
        rule: &Rule,
        at: Timestamp,
        value: Option<&Kept>,
    ) -> Verdict {
        Verdict {
            thing: thing.clone(),
            profile: rule.profile_name.clone(),
            behavior: rule.name.clone(),
            id: self.id,
            started: self.started,
            at,
            value: value.map(|value| value.spelled(rule.measure)),
            confidence: rule.confidence(),
        }
    }
}

/// All alarms that hold, by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alarms {
    held: Vec<Option<Alarm>>,
    free: Vec<u32>,
}

impl Alarms {
    pub(crate) fn raise(&mut self, alarm: Alarm) -> u32 {
        if let Some(number) = self.free.pop() {
            if let Some(place) = self.held.get_mut(number as usize) {
                *place = Some(alarm);
            }
            return number;
        }
        self.held.push(Some(alarm));
        u32::try_from(self.held.len() - 1).unwrap_or(NONE)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Alarm> {
        self.held.get(number as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Alarm> {
        self.held.get_mut(number as usize)?.as_mut()
    }

    pub(crate) fn end(&mut self, number: u32) -> Option<Alarm> {
        let alarm = self.held.get_mut(number as usize)?.take()?;
        self.free.push(number);
        Some(alarm)
    }

    /// In the order of their numbers, which says nothing.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Alarm)> {
        (0..).zip(&self.held).filter_map(|(number, alarm)| alarm.as_ref().map(|alarm| (number, alarm)))
    }
}
