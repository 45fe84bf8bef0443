//! [`Past`]: columns and commits, put in the order in which they were on the tape.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::series::{Value, View};
use bartizan_policy::{Position, Span};
use bartizan_wire::Timestamp;

use super::super::record::Record;
use super::super::samples;
use super::super::ward::{Batch, State, Step};
use crate::metric::{self, MESSAGE_BYTE_SIZE_MAX, MESSAGE_BYTE_SIZE_MIN, Measure, PERIOD_SECONDS, Side};
use crate::observe::{Datapoint, Measured, Observation};

/// Milliseconds of the past that are read at once, at most: rows of a measure are sorted by subject first.
const SPAN_MAX_MS: i64 = 60 * 60 * 1000;
const PERIOD_MS: i64 = PERIOD_SECONDS * 1000;
/// Rows that are in memory at once, about: where there were more, the next span is shorter.
const ROWS_MAX: usize = 4 << 20;
/// Steps that are judged as one batch.
const STEPS: usize = 4_096;

/// What was measured, as it can still be read.
pub(super) struct Past {
    pub(super) view: Arc<dyn View>,
    pub(super) measures: Vec<Arc<str>>,
    /// What custom metrics measure.
    pub(super) customs: Arc<BTreeMap<Arc<str>, Measure>>,
    /// Between two ticks.
    pub(super) period_ms: i64,
    pub(super) since: Timestamp,
    pub(super) now: Timestamp,
    /// What comes then is on the tape.
    pub(super) until: Timestamp,
}

/// How a metric is told of.
struct Told {
    measured: Measured,
    measure: Measure,
    /// In reports, and not in windows.
    reported: bool,
}

/// One measured value. Of one time, windows come before the tick that ends them, and reports behind it.
struct Row {
    at: i64,
    reported: bool,
    subject: Arc<str>,
    /// Which of the metrics.
    metric: usize,
    value: Value,
}

impl Past {
    /// Judges it. Answers how many datapoints there were.
    pub(super) fn judge(&self, state: &mut State, entries: Vec<Entry>, cut: Position) -> Result<u64, StoreError> {
        let metrics: Vec<(&Arc<str>, Told)> =
            self.measures.iter().filter_map(|name| Some((name, self.told(name)?))).collect();
        let mut order = Order {
            state,
            cut,
            period_ms: self.period_ms,
            entries: entries.into(),
            steps: Vec::new(),
            tick: None,
            heard: false,
            last: None,
        };
        let (mut from, end) = (self.since.0, self.now.plus_days(1).0);
        let (mut span, mut datapoints) = (SPAN_MAX_MS, 0);
        while from < end {
            let to = from.saturating_add(span).min(end);
            let rows = self.rows(&metrics, Span { from: Timestamp(from), to: Timestamp(to) })?;
            datapoints += u64::try_from(rows.len()).unwrap_or(u64::MAX);
            span = if rows.len() > ROWS_MAX { span / 2 } else { span * 2 }.clamp(PERIOD_MS, SPAN_MAX_MS);
            for group in rows.chunk_by(|a, b| (a.at, a.reported, &a.subject) == (b.at, b.reported, &b.subject)) {
                order.observe(group, &metrics)?;
            }
            from = to;
        }
        order.finish(self.until.0)?;
        Ok(datapoints)
    }

    fn told(&self, name: &str) -> Option<Told> {
        let measured = samples::measured(name);
        let built_in = metric::built_in(&measured.metric).map(|metric| (metric.measure, metric.side == Side::Device));
        let extreme = || {
            let is_one = [MESSAGE_BYTE_SIZE_MIN, MESSAGE_BYTE_SIZE_MAX].contains(&measured.metric.as_ref());
            is_one.then_some((Measure::Counter, false))
        };
        let custom = || self.customs.get(&measured.metric).map(|measure| (*measure, true));
        let (measure, reported) = built_in.or_else(extreme).or_else(custom)?;
        Some(Told { measured, measure, reported })
    }

    fn rows(&self, metrics: &[(&Arc<str>, Told)], span: Span) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for (metric, (name, told)) in metrics.iter().enumerate() {
            self.view.replay(name, span, &mut |columns| {
                for (row, (at, code)) in columns.at.iter().zip(columns.subject).enumerate() {
                    let subject = columns.subjects.get(*code as usize);
                    let value = match &columns.texts {
                        None => columns.number.get(row).map(|number| Value::Number(*number)),
                        Some(cells) => {
                            let texts = cells.row(row).iter().filter_map(|item| cells.texts.get(*item as usize));
                            Some(Value::Texts(texts.collect()))
                        }
                    };
                    if let (Some(subject), Some(value)) = (subject.cloned(), value) {
                        rows.push(Row { at: *at, reported: told.reported, subject, metric, value });
                    }
                }
            })?;
        }
        rows.sort_by(|a, b| (a.at, a.reported, &a.subject).cmp(&(b.at, b.reported, &b.subject)));
        Ok(rows)
    }
}

/// Steps in their order, on their way to the judgment.
struct Order<'a> {
    state: &'a mut State,
    cut: Position,
    period_ms: i64,
    /// Commits that are not in force yet.
    entries: VecDeque<Entry>,
    steps: Vec<Step>,
    /// The last multiple of the period that was passed.
    tick: Option<i64>,
    /// Something was observed since.
    heard: bool,
    /// When something was observed last.
    last: Option<i64>,
}

impl Order<'_> {
    /// What was observed of one thing at one time.
    fn observe(&mut self, rows: &[Row], metrics: &[(&Arc<str>, Told)]) -> Result<(), StoreError> {
        let Some(first) = rows.first() else { return Ok(()) };
        self.follow_until(first.at);
        self.tick_until(first.at, first.reported);
        let (thing, at) = (Arc::clone(&first.subject), Timestamp(first.at));
        let datapoints = rows
            .iter()
            .filter_map(|row| {
                let (_, told) = metrics.get(row.metric)?;
                let value = samples::metric_value(&row.value, told.measure);
                Some(Datapoint { measured: told.measured.clone(), value })
            })
            .collect();
        let observation = if first.reported {
            Observation::Report { thing, at, datapoints }
        } else {
            Observation::Window { thing, at, datapoints }
        };
        self.steps.push(Step::Seen(Record::of(observation)));
        (self.heard, self.last) = (true, Some(first.at));
        if self.steps.len() < STEPS { Ok(()) } else { self.judge() }
    }

    /// What was committed up to a time is in force.
    fn follow_until(&mut self, at: i64) {
        let count = self.entries.partition_point(|entry| entry.stamp.at.0 <= at);
        let entries: Vec<Entry> = self.entries.drain(..count).collect();
        let Some((seq, at)) = entries.last().map(|entry| (entry.seq, entry.stamp.at)) else { return };
        // Commits are followed before a window is closed.
        self.tick_until(at.0, false);
        self.steps.push(Step::Entries { seq, at, entries });
    }

    /// Ticks up to a time. Those between which nothing was observed change nothing but every five minutes.
    fn tick_until(&mut self, at: i64, inclusive: bool) {
        let period = self.period_ms;
        let mut tick = self.tick.unwrap_or_else(|| at.saturating_sub(1).div_euclid(period).saturating_mul(period));
        while tick.saturating_add(period) < at || (inclusive && tick.saturating_add(period) == at) {
            tick = tick.saturating_add(period);
            if self.heard || tick.rem_euclid(PERIOD_MS) == 0 {
                self.steps.push(Step::Seen(Record::of(Observation::Tick { at: Timestamp(tick) })));
                self.heard = false;
            }
        }
        self.tick = Some(tick);
    }

    /// The ticks behind the last observation that were judged too, and what else was committed.
    fn finish(mut self, until: i64) -> Result<(), StoreError> {
        if let Some(last) = self.last {
            let next = last.saturating_add(self.period_ms).saturating_add(1);
            if until < i64::MAX { self.tick_until(until.min(next), false) } else { self.tick_until(last, true) }
        }
        if let Some((seq, at)) = self.entries.back().map(|entry| (entry.seq, entry.stamp.at)) {
            self.steps.push(Step::Entries { seq, at, entries: std::mem::take(&mut self.entries).into() });
        }
        self.judge()
    }

    fn judge(&mut self) -> Result<(), StoreError> {
        let steps = std::mem::take(&mut self.steps);
        self.state.judge(Batch { end: self.cut, steps })?;
        // All of it was published and written once.
        self.state.exports.clear();
        self.state.unwritten.clear();
        Ok(())
    }
}
