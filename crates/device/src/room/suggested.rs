//! A threshold from what was recorded: a behavior that nobody has written is tried over the columns.

use std::sync::Arc;

use bartizan_policy::{Columns, Cx, Span, aside};

use super::DeviceRoom;
use super::foresee::Side;
use super::samples;
use crate::behavior::{Behavior, BehaviorCriteria, ComparisonOperator, MetricDimension, MetricValue};
use crate::engine::Replay;
use crate::errors::DeviceError;
use crate::metric::{self, Measure};
use crate::suggest::{Suggestion, suggest};
use crate::target::Target;

/// What the tried behavior and its profile are called: no profile can have this name.
const TRIED: &str = "suggested threshold";

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Built-in or custom.
    pub metric: String,
    /// Narrows it to some topics.
    pub dimension: Option<MetricDimension>,
    /// How a normal value stands to the threshold.
    pub operator: ComparisonOperator,
    /// Over which counters are summed.
    pub duration_seconds: Option<i32>,
    /// Alarms a week that somebody is willing to look at.
    pub tolerated_a_week: f64,
    /// Of which devices.
    pub target: Target,
}

impl Wanted {
    /// A behavior that says so, with some threshold.
    fn behavior(&self, measure: Option<Measure>) -> Behavior {
        let value = match measure {
            Some(Measure::Number) => MetricValue { number: Some(0.0), ..MetricValue::default() },
            _ => MetricValue { count: Some(0), ..MetricValue::default() },
        };
        // Counters need a duration; the shortest if nobody says another.
        let counted = metric::built_in(&self.metric).is_some_and(|metric| metric.duration);
        let duration_seconds =
            self.duration_seconds.or_else(|| metric::DURATIONS_SECONDS.first().copied().filter(|_| counted));
        Behavior {
            name: TRIED.to_owned(),
            metric: Some(self.metric.clone()),
            metric_dimension: self.dimension.clone(),
            criteria: Some(BehaviorCriteria {
                comparison_operator: Some(self.operator),
                value: Some(value),
                duration_seconds,
                ..BehaviorCriteria::default()
            }),
            suppress_alerts: None,
            export_metric: None,
        }
    }
}

impl DeviceRoom {
    /// The tightest threshold with no more alarms than tolerated; `None` where nothing was recorded.
    ///
    /// # Errors
    /// When the metric cannot be compared so, or the store fails.
    pub async fn suggest(&self, cx: &Cx, wanted: Wanted) -> Result<Option<Suggestion>, DeviceError> {
        let now = self.now(cx).await?;
        aside(move || {
            let mut rules = now.rules.clone();
            for entry in &now.newer {
                rules.apply(entry)?;
            }
            rules.only(TRIED, wanted.behavior(rules.type_of(&wanted.metric)), wanted.target);
            let side =
                Side::new(&rules, &now.fleet, &[]).map_err(|error| DeviceError::InvalidRequest(error.to_string()))?;
            let plan = Arc::clone(side.compiled().plan());
            let Some(replay) = Replay::of(&plan, TRIED, TRIED) else { return Ok(None) };
            let measure = samples::measure(replay.measured());
            let covers = |thing: &str| side.covers(0, thing);
            let mut columns =
                |span: Span, sink: &mut dyn FnMut(&Columns<'_>)| now.recorded.replay(&measure, span, sink);
            Ok(suggest(&plan, (TRIED, TRIED), wanted.tolerated_a_week, now.span, &covers, &mut columns)?)
        })
        .await?
    }
}
