//! What a change would do: what a behavior did over a span, beside what it would have done.

use std::collections::BTreeSet;
use std::sync::Arc;

use bartizan_policy::Span;
use bartizan_wire::Timestamp;

use super::tally::Tally;

/// The difference between two behaviors over the same span. Lists are sorted by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Things that would newly alarm, and how often.
    pub newly: Vec<(Arc<str>, u32)>,
    /// Things that would no longer alarm.
    pub no_longer: Vec<Arc<str>>,
    /// How many would alarm as before.
    pub still: usize,
    /// Covered things of which nothing was measured: nobody can tell.
    pub blind: Vec<Arc<str>>,
    /// Alarms that began, a day.
    pub before_a_day: f64,
    /// Alarms that would have begun, a day.
    pub after_a_day: f64,
}

/// Compares. `None` is a behavior that is not there; `covered` are the things that the one after covers.
#[must_use]
pub fn compare<'a>(
    before: Option<&Tally>,
    after: Option<&Tally>,
    span: Span,
    covered: impl Iterator<Item = &'a Arc<str>>,
) -> Comparison {
    let none = Tally::default();
    let (was, will) = (before.unwrap_or(&none), after.unwrap_or(&none));
    let often = |thing: &Arc<str>| (thing.clone(), will.alarms.get(thing).copied().unwrap_or_default());
    let newly = will.alarmed.difference(&was.alarmed).map(often).collect();
    let no_longer = was.alarmed.difference(&will.alarmed).cloned().collect();
    let still = will.alarmed.intersection(&was.alarmed).count();
    let blind: BTreeSet<&Arc<str>> = match after {
        Some(_) => covered.filter(|thing| !will.heard.contains(*thing)).collect(),
        None => BTreeSet::new(),
    };
    Comparison {
        newly,
        no_longer,
        still,
        blind: blind.into_iter().cloned().collect(),
        before_a_day: a_day(was, span),
        after_a_day: a_day(will, span),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn a_day(tally: &Tally, span: Span) -> f64 {
    let alarms: u64 = tally.alarms.values().map(|alarms| u64::from(*alarms)).sum();
    let length = span.to.0.saturating_sub(span.from.0).max(1);
    alarms as f64 * Timestamp::DAY_MS as f64 / length as f64
}
