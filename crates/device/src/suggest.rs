//! A threshold for a behavior, from what was seen and how many alarms a week somebody is willing to look at.

use bartizan_policy::Span;
use bartizan_wire::Timestamp;

use crate::engine::{Plan, Replay, Source, tally};
use crate::metric::DISCONNECT_DURATION;

/// A threshold and what it would have done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion {
    /// What the criteria's value should be, in their unit.
    pub threshold: f64,
    /// Alarms a week that it would have raised. One that goes on counts once more for every day of it: a threshold under
    /// which half of the fleet never stops alarming is not a quiet one.
    pub alarms_a_week: f64,
    /// Datapoints that this rests on.
    pub judged: u64,
}

/// Halvings of the range in which the threshold is searched: enough to tell any two counts apart.
const HALVINGS: u32 = 64;
/// Datapoints of a thing that reports every five minutes.
const DATAPOINTS_A_DAY: u64 = 288;
/// Seconds of a minute: the unit in which one metric is compared and the one in which it is measured.
const SECONDS_A_MINUTE: f64 = 60.0;
/// Reports in the longest duration, at most.
const REPORTS_MAX: f64 = 13.0;

/// The tightest threshold with no more alarms a week than tolerated, found by trying thresholds with the rules of the
/// engine: runs, windows and all. `columns` hands out the rows of a span, as often as it is asked; it is asked some sixty
/// times, so it should hold them in memory. `None` where nothing is compared with a threshold, and where nothing was seen.
///
/// # Errors
/// Those of `columns`.
pub fn suggest<E>(
    plan: &Plan,
    (profile, behavior): (&str, &str),
    tolerated_a_week: f64,
    span: Span,
    covers: &dyn Fn(&str) -> bool,
    columns: &mut Source<'_, E>,
) -> Result<Option<Suggestion>, E> {
    let Some(replay) = Replay::of(plan, profile, behavior) else { return Ok(None) };
    let Some(order) = replay.order() else { return Ok(None) };
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    columns(span, &mut |columns| {
        least = columns.number.iter().copied().fold(least, f64::min);
        most = columns.number.iter().copied().fold(most, f64::max);
    })?;
    if least > most {
        return Ok(None);
    }
    // one beyond on either side, where nothing violates or everything does; a sum is at most so many datapoints
    let (low, high) = (least.min(0.0) * REPORTS_MAX - 1.0, most.max(0.0) * REPORTS_MAX + 1.0);
    let week = 7.0 * Timestamp::DAY_MS as f64 / span_ms(span);
    let mut attempt = |threshold: f64| -> Result<Option<Suggestion>, E> {
        let Some(replay) = replay.with_threshold(threshold) else { return Ok(None) };
        let tally = tally(replay, span.from, span, covers, columns)?;
        let begun: u64 = tally.alarms.values().map(|alarms| u64::from(*alarms)).sum();
        let alarms = begun + tally.violating / DATAPOINTS_A_DAY;
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let alarms_a_week = alarms as f64 * week;
        Ok(Some(Suggestion { threshold, alarms_a_week, judged: tally.judged }))
    };
    // `quiet` has no alarms to begin with, and comes nearer to `loud`
    let (mut quiet, mut loud) = if order.wants_large() { (low, high) } else { (high, low) };
    let whole = replay.is_whole();
    if whole {
        (quiet, loud) = (quiet.round(), loud.round());
    }
    let mut found = attempt(quiet)?.filter(|suggestion| suggestion.judged > 0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(quiet, loud);
        let middle = if whole { middle.round() } else { middle };
        if found.is_none() || middle == quiet || middle == loud {
            break;
        }
        match attempt(middle)?.filter(|suggestion| suggestion.alarms_a_week <= tolerated_a_week) {
            Some(suggestion) => (quiet, found) = (middle, Some(suggestion)),
            None => loud = middle,
        }
    }
    let minutes = &*replay.measured().metric == DISCONNECT_DURATION;
    let in_unit = |suggestion: Suggestion| match minutes {
        true => Suggestion { threshold: (suggestion.threshold / SECONDS_A_MINUTE).ceil(), ..suggestion },
        false => suggestion,
    };
    Ok(found.map(in_unit))
}

#[expect(clippy::cast_precision_loss, reason = "a length of time for a rate")]
fn span_ms(span: Span) -> f64 {
    span.to.0.saturating_sub(span.from.0).max(1) as f64
}
