//! A comparison in words and as data.

use std::collections::BTreeSet;
use std::sync::Arc;

use bartizan_policy::preview::{Blind, Evidence, Foresight};
use serde_json::{Value, json};

use super::judged::Compared;
use super::recorded::Recorded;

/// Devices that are named in one list; more are counted only.
const NAMED_MAX: usize = 100;
/// Devices that are named in one sentence.
const SPOKEN_MAX: usize = 5;

/// The answer of a preview.
pub(crate) fn foresight(compared: &[Compared], recorded: &Recorded) -> Foresight {
    let mut newly: BTreeSet<&Arc<str>> = BTreeSet::new();
    let mut no_longer: BTreeSet<&Arc<str>> = BTreeSet::new();
    let mut blind: BTreeSet<&Arc<str>> = BTreeSet::new();
    let (mut summary, mut changes) = (Vec::new(), 0_usize);
    let (mut before, mut after, mut judged) = (0.0, 0.0, 0_u64);
    for one in compared {
        let comparison = &one.comparison;
        newly.extend(comparison.newly.iter().map(|(thing, _)| thing));
        no_longer.extend(&comparison.no_longer);
        blind.extend(&comparison.blind);
        changes += comparison.newly.len() + comparison.no_longer.len();
        before += comparison.before_a_day;
        after += comparison.after_a_day;
        judged = judged.saturating_add(one.seen.judged);
        let of = format!("{} of {}", one.behavior, one.profile);
        if !comparison.newly.is_empty() {
            let names = comparison.newly.iter().map(|(thing, _)| thing.as_ref());
            summary.push(format!("{} by {of}: {}", would(comparison.newly.len(), "newly alarm"), spoken(names)));
        }
        if !comparison.no_longer.is_empty() {
            let names = comparison.no_longer.iter().map(AsRef::as_ref);
            summary.push(format!(
                "{} by {of}: {}",
                would(comparison.no_longer.len(), "no longer alarm"),
                spoken(names)
            ));
        }
    }
    if changes == 0 {
        summary.push("no device would newly alarm, and none would stop".to_owned());
    }
    summary.push(format!("alarms a day: {before:.1} before, {after:.1} after"));
    summary.extend(compared.iter().filter_map(|one| one.warning.clone()));
    let unjudged = compared.iter().map(|one| one.unjudged).fold(0, u64::saturating_add);
    let mut evidence = Evidence { judged, ..Evidence::default() };
    if let Some((oldest, newest)) = recorded.seen() {
        (evidence.oldest, evidence.newest) = (Some(oldest), Some(newest));
    }
    let mut tell = |count: u64, why: &str| {
        if count > 0 {
            evidence.blind.push(Blind { why: why.to_owned(), count });
        }
    };
    tell(
        u64::try_from(blind.len()).unwrap_or(u64::MAX),
        "devices that would be covered and of which nothing was measured",
    );
    tell(unjudged, "datapoints from before a model had learned enough to judge");
    for blind in &evidence.blind {
        summary.push(format!("not certain: {} {}", blind.count, blind.why));
    }
    let findings = json!({
        "Changes": changes,
        "DevicesNewlyAlarming": named(newly.iter().map(|thing| json!(thing))),
        "DevicesNewlyAlarmingCount": newly.len(),
        "DevicesNoLongerAlarming": named(no_longer.iter().map(|thing| json!(thing))),
        "DevicesNoLongerAlarmingCount": no_longer.len(),
        "DevicesBlindCount": blind.len(),
        "AlarmsADayBefore": before,
        "AlarmsADayAfter": after,
        "Behaviors": compared.iter().map(behavior).collect::<Vec<_>>(),
    });
    Foresight { summary, findings, evidence }
}

fn behavior(one: &Compared) -> Value {
    let comparison = &one.comparison;
    json!({
        "SecurityProfileName": one.profile,
        "BehaviorName": one.behavior,
        "NewlyAlarming": named(comparison.newly.iter().map(|(thing, alarms)| json!({ "ThingName": thing, "Alarms": alarms }))),
        "NewlyAlarmingCount": comparison.newly.len(),
        "NoLongerAlarming": named(comparison.no_longer.iter().map(|thing| json!(thing))),
        "NoLongerAlarmingCount": comparison.no_longer.len(),
        "StillAlarmingCount": comparison.still,
        "BlindCount": comparison.blind.len(),
        "AlarmsADayBefore": comparison.before_a_day,
        "AlarmsADayAfter": comparison.after_a_day,
        "DatapointsJudged": one.seen.judged,
        "DatapointsViolating": one.seen.violating,
        "DatapointsUnjudged": one.unjudged,
        "Warning": one.warning,
    })
}

fn named(items: impl Iterator<Item = Value>) -> Vec<Value> {
    items.take(NAMED_MAX).collect()
}

fn would(count: usize, what: &str) -> String {
    if count == 1 { format!("1 device would {what}") } else { format!("{count} devices would {what}") }
}

fn spoken<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let mut text = names.by_ref().take(SPOKEN_MAX).collect::<Vec<_>>().join(", ");
    if names.next().is_some() {
        text.push_str(" and others");
    }
    text
}
