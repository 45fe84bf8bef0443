//! A comparison of two plans as a preview tells it: in sentences, and as data.

use bartizan_policy::preview::{Blind, Evidence, Foresight};
use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use crate::engine::{Comparison, Coverage, Image, Late, Never, Next, Plan, World};

/// Vulnerabilities and patterns that one sentence names; the rest is counted.
const NAMED_MAX: usize = 5;
/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// The answer.
#[must_use]
pub fn foresight(found: &Comparison, world: &World) -> Foresight {
    let evidence = evidence(found, world);
    let events_change = found.events.sent_before.abs_diff(found.events.sent_after);
    let mut summary = Vec::new();
    if found.stop > 0 {
        summary.push(format!("{} would stop being covered", count(found.stop, "image")));
        let mut patterns: Vec<_> = found.by_pattern.iter().filter(|(_, by)| by.stop > 0).collect();
        patterns.sort_by_key(|(text, by)| (std::cmp::Reverse(by.stop), (*text).clone()));
        for (text, by) in patterns.iter().take(NAMED_MAX) {
            summary.push(format!("  {} by the pattern {text}", by.stop));
        }
        if let Some(more) = patterns.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
            summary.push(format!("  and some by {}", count(wide(more), "more pattern")));
        }
        for (why, images) in &found.by_reason {
            summary.push(format!("  {images} {}", why.why()));
        }
    }
    let findings: u64 = found.unseen.findings.iter().sum();
    if findings > 0 {
        let [_, _, _, high, critical] = found.unseen.findings;
        summary.push(format!(
            "{} on them would not be looked for again, {high} of severity 4 and {critical} of severity 5",
            count(findings, "known finding")
        ));
    }
    if found.unseen.gone_total > 0 {
        let named: Vec<&str> = found.unseen.gone.iter().take(NAMED_MAX).map(|(_, id)| &**id).collect();
        let others = if found.unseen.gone_total > wide(named.len()) { " and others" } else { "" };
        summary.push(format!(
            "{} would go unseen, because no covered image has it: {}{others}",
            count(found.unseen.gone_total, "vulnerability").replace("vulnerabilitys", "vulnerabilities"),
            named.join(", ")
        ));
    }
    if found.start > 0 {
        summary.push(format!("{} would start being covered", count(found.start, "image")));
    }
    if found.later > 0 {
        let hours = found.longest_delay_ms / HOUR_MS;
        let longest = if hours > 0 { format!(", at most {hours} h") } else { String::new() };
        summary.push(format!("{} would be scanned later{longest}", count(found.later, "image")));
    }
    if found.sooner > 0 {
        summary.push(format!("{} would be scanned sooner", count(found.sooner, "image")));
    }
    if let (Some((_, before)), Some((hour, after))) = (found.load.0.peak(), found.load.1.peak())
        && before != after
    {
        summary.push(format!(
            "at most {} would begin in one hour (from {}), instead of {before}",
            count(after, "scan"),
            hour_at(world, hour)
        ));
    }
    if found.containers_shown.0 != found.containers_shown.1 {
        let (before, after) = found.containers_shown;
        summary.push(format!("{} would show findings, instead of {before}", count(after, "container")));
    }
    if events_change > 0 {
        summary.push(format!(
            "of {} recorded {} would be sent, instead of {}",
            count(found.events.recorded, "event"),
            found.events.sent_after,
            found.events.sent_before
        ));
    }
    for (rule, programs) in &found.events.broad {
        summary.push(format!("the rule {rule} drops events of {programs} different programs"));
    }
    if summary.is_empty() {
        summary.push(format!("nothing would change for {}", count(found.images, "known image")));
    }
    for blind in &evidence.blind {
        summary.push(format!("not certain: {} {}", blind.count, blind.why));
    }
    let changes = found.stop + found.start + found.later + found.sooner + events_change;
    let changes = changes + found.containers_shown.0.abs_diff(found.containers_shown.1);
    Foresight { summary, findings: data(found, world, changes), evidence }
}

fn data(found: &Comparison, world: &World, changes: u64) -> Value {
    let images: Vec<Value> = found
        .shifts
        .iter()
        .filter_map(|shift| {
            let image = world.images.get(shift.image)?;
            Some(json!({
                "Image": shown(image), "Sha": image.sha, "Pattern": shift.pattern.as_deref(),
                "Before": next(shift.before), "After": next(shift.after),
            }))
        })
        .collect();
    let patterns: Vec<Value> = found
        .by_pattern
        .iter()
        .map(|(text, by)| json!({ "Pattern": &**text, "ImagesStop": by.stop, "ImagesStart": by.start }))
        .collect();
    let gone: Vec<Value> =
        found.unseen.gone.iter().map(|(severity, id)| json!({ "Id": &**id, "Severity": severity })).collect();
    json!({
        "Changes": changes,
        "ImagesCoveredBefore": found.covered.0,
        "ImagesCoveredAfter": found.covered.1,
        "ImagesStop": found.stop,
        "ImagesStart": found.start,
        "ImagesLater": found.later,
        "ImagesSooner": found.sooner,
        "LongestDelayHours": found.longest_delay_ms / HOUR_MS,
        "Images": images,
        "Patterns": patterns,
        "FindingsUnseenBySeverity": found.unseen.findings,
        "VulnerabilitiesUnseen": found.unseen.gone_total,
        "Unseen": gone,
        "ScansByHourBefore": found.load.0.all,
        "ScansByHourAfter": found.load.1.all,
        "BusiestSensorByHourBefore": found.load.0.busiest,
        "BusiestSensorByHourAfter": found.load.1.busiest,
        "ContainersShownBefore": found.containers_shown.0,
        "ContainersShownAfter": found.containers_shown.1,
        "EventsRecorded": found.events.recorded,
        "EventsSentBefore": found.events.sent_before,
        "EventsSentAfter": found.events.sent_after,
        "EventsDroppedByRule": found.events.dropped_by,
    })
}

fn evidence(found: &Comparison, world: &World) -> Evidence {
    let scanned = || world.images.iter().filter_map(|image| image.scanned);
    let unjudged = &found.unjudged;
    let blind = [
        (unjudged.nameless, "images without a name, of which patterns of names say nothing"),
        (unjudged.ageless, "images that do not say when they were made, where a schedule asks"),
        (unjudged.unscanned, "images that were never scanned, so that what they have is not known"),
        (unjudged.counted, "images of which only the number of findings is known, not which"),
        (unjudged.never_run, "images that were never run, so that it is not known whether they can be"),
        (unjudged.containers, "containers whose image is not known for certain"),
    ];
    let blind = blind.into_iter().filter(|(count, _)| *count > 0);
    Evidence {
        judged: found.images,
        oldest: scanned().min(),
        newest: scanned().max(),
        blind: blind.map(|(count, why)| Blind { why: why.to_owned(), count }).collect(),
    }
}

/// How well images are covered, as data.
#[must_use]
pub fn coverage(found: &Coverage, plan: &Plan, world: &World) -> Value {
    let reasons = found.late.iter().map(|(why, images)| json!({ "Why": late(plan, *why), "Images": images }));
    let longest = found.longest.iter().filter_map(|(place, since, why)| {
        let image = world.images.get(*place)?;
        Some(json!({
            "Image": shown(image), "Sha": image.sha, "Since": since.to_iso8601(), "Why": late(plan, *why),
        }))
    });
    json!({
        "Images": found.images, "Fresh": found.fresh, "Reasons": reasons.collect::<Vec<_>>(),
        "Inactive": plan.week().to_string(), "Late": longest.collect::<Vec<_>>(),
    })
}

/// An image by its first name, or else by its id.
#[must_use]
pub fn shown(image: &Image) -> String {
    image.names.first().map_or_else(|| image.sha.to_string(), ToString::to_string)
}

/// A next scan in words.
#[must_use]
pub fn next(next: Next) -> String {
    match next {
        Next::At(at) => at.to_iso8601(),
        Next::Never(why @ Never::EventsOnly) => format!("not scanned {}", why.why()),
        Next::Never(why) => format!("never, {}", why.why()),
    }
}

fn hour_at(world: &World, hour: usize) -> String {
    let hours = i64::try_from(hour).unwrap_or(0);
    Timestamp(world.now.0.saturating_add(hours.saturating_mul(HOUR_MS))).to_iso8601()
}

fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Why an image is late, in words.
#[must_use]
pub fn late(plan: &Plan, why: Late) -> String {
    match why {
        Late::Never(Never::Excluded { pattern }) => {
            format!(
                "not scanned, because the pattern {} leaves it out",
                plan.exclusions().text(pattern).unwrap_or_default()
            )
        }
        Late::Never(why) => format!("not scanned {}", why.why()),
        Late::Windows => "sensors have been inactive since it was due".to_owned(),
        Late::Silent => "its sensors are silent".to_owned(),
        Late::Waiting => "nothing stands in the way; its sensor has not got to it".to_owned(),
        Late::Schedule => "its registry's schedule has not run since".to_owned(),
    }
}
