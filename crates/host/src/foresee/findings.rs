//! The comparison as a preview tells it: in sentences, and as data.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_policy::preview::{Evidence, Foresight};
use serde_json::{Value, json};

use crate::baseline::stored::Found;
use crate::engine::{Change, Comparison, HostChange};
use crate::spelling::pascal;

/// Names that one sentence lists; the rest is counted.
const NAMED_MAX: usize = 5;
/// Changes that have a sentence of their own.
const SENTENCES_MAX: usize = 10;
/// Hosts of one comparison that are listed by id.
const INSTANCES_MAX: usize = 50;

/// Hosts that go from one baseline to another, and what becomes of them; `None` where they cannot be judged.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) before: Found,
    pub(super) after: Found,
    pub(super) instances: BTreeSet<String>,
    pub(super) comparison: Option<Comparison>,
}

/// The answer. `names` are what hosts call themselves; `forgotten` are nodes that would be registered no more.
pub(super) fn foresight(
    compared: &[Compared],
    names: &BTreeMap<String, String>,
    forgotten: &[String],
    evidence: Evidence,
) -> Foresight {
    let judged = || compared.iter().filter_map(|one| one.comparison.as_ref());
    let sum = |count: fn(&Comparison) -> u64| judged().map(count).sum::<u64>();
    let hosts: usize = compared.iter().map(|one| one.instances.len()).sum();
    let (changed, changes) = (sum(|one| one.hosts_changed), sum(|one| one.changes_total));
    let worse = sum(|one| one.hosts_become_non_compliant);
    let better = sum(|one| one.hosts_become_compliant);
    let moved = |one: &Comparison| {
        let approvals = &one.approvals;
        approvals.approved + approvals.unapproved + approvals.rejected + approvals.no_longer_rejected
    };
    let approvals = sum(moved);
    let mut summary = Vec::new();
    if !forgotten.is_empty() {
        summary.push(format!("{} would be forgotten with all that is known of it", listed(forgotten, names)));
    }
    if hosts == 0 && forgotten.is_empty() {
        summary.push("no host follows what this changes".to_owned());
    }
    if worse > 0 {
        let which = hosts_that(judged(), |host| host.before.is_compliant() && !host.after.is_compliant());
        summary.push(format!("{} would no longer be compliant: {}", count(worse, "host"), listed(&which, names)));
    }
    if better > 0 {
        let which = hosts_that(judged(), |host| !host.before.is_compliant() && host.after.is_compliant());
        summary.push(format!("{} would become compliant: {}", count(better, "host"), listed(&which, names)));
    }
    if hosts > 0 {
        let judged = evidence.judged;
        summary.push(format!(
            "{} judged: {} would change, in {}",
            if judged == 1 { "1 host was".to_owned() } else { format!("{judged} hosts were") },
            count(changed, "host"),
            count(changes, "package")
        ));
    }
    for change in judged().flat_map(|one| &one.changes).take(SENTENCES_MAX) {
        summary.push(sentence(change));
    }
    if changes > u64::try_from(SENTENCES_MAX).unwrap_or(u64::MAX) {
        summary.push(format!("and {} more", count(changes.saturating_sub(SENTENCES_MAX as u64), "package")));
    }
    if approvals > 0 {
        summary.push(format!(
            "of what is offered, {} would become approved, {} unapproved, {} rejected, {} no longer rejected",
            sum(|one| one.approvals.approved),
            sum(|one| one.approvals.unapproved),
            sum(|one| one.approvals.rejected),
            sum(|one| one.approvals.no_longer_rejected)
        ));
    }
    for blind in &evidence.blind {
        summary.push(format!("not certain: {} {}", blind.count, blind.why));
    }
    let findings = json!({
        // Everything that changes: packages on hosts, and versions that are offered.
        "Changes": changes + approvals + u64::try_from(forgotten.len()).unwrap_or(u64::MAX),
        "HostsFollowing": hosts,
        "HostsChanged": changed,
        "HostsBecomeNonCompliant": worse,
        "HostsBecomeCompliant": better,
        "HostsForgotten": forgotten,
        "Comparisons": compared.iter().map(comparison).collect::<Vec<_>>(),
    });
    Foresight { summary, findings, evidence }
}

/// One comparison as data, with reasons in words beside the causes.
fn comparison(one: &Compared) -> Value {
    let mut data = one.comparison.as_ref().map_or(Value::Null, |comparison| {
        let mut data = serde_json::to_value(comparison).unwrap_or_default();
        reasons(
            &mut data,
            "changes",
            comparison.changes.iter().map(|change| {
                [("before", change.before.because.to_string()), ("after", change.after.because.to_string())].to_vec()
            }),
        );
        let samples = comparison.approvals.samples.iter();
        if let Some(approvals) = data.get_mut("approvals") {
            reasons(approvals, "samples", samples.map(|sample| vec![("", sample.because.to_string())]));
        }
        pascal(data)
    });
    let side = |found: &Found| {
        json!({ "BaselineId": found.id, "BaselineName": found.document.name,
                "Revision": found.entry.as_ref().map(|entry| entry.revision.0) })
    };
    if let Value::Object(members) = &mut data {
        members.insert("Before".to_owned(), side(&one.before));
        members.insert("After".to_owned(), side(&one.after));
        members.insert("Instances".to_owned(), json!(one.instances.iter().take(INSTANCES_MAX).collect::<Vec<_>>()));
        return data;
    }
    json!({ "Before": side(&one.before), "After": side(&one.after), "Hosts": 0,
            "Instances": one.instances.iter().take(INSTANCES_MAX).collect::<Vec<_>>() })
}

/// Puts each `because` into words, and the cause beside it. A place `""` is the item itself.
fn reasons<'a>(data: &mut Value, list: &str, texts: impl Iterator<Item = Vec<(&'a str, String)>>) {
    let items = data.get_mut(list).and_then(Value::as_array_mut);
    for (item, texts) in items.into_iter().flatten().zip(texts) {
        for (place, text) in texts {
            let target = if place.is_empty() { Some(&mut *item) } else { item.get_mut(place) };
            if let Some(Value::Object(members)) = target {
                let cause = members.insert("because".to_owned(), Value::String(text));
                members.insert("cause".to_owned(), cause.unwrap_or_default());
            }
        }
    }
}

fn sentence(change: &Change) -> String {
    let (from, to) = (change.before.reported.state.as_str(), change.after.reported.state.as_str());
    let what = format!("{}.{} {}", change.name, change.architecture, change.installed);
    let target =
        if change.after.version == change.installed { String::new() } else { format!(" ({})", change.after.version) };
    let course = if from == to {
        format!("stays {to} at level {}", change.after.reported.level.as_str())
    } else {
        format!("{from} -> {to}{target}")
    };
    format!("{what}: {course} on {}, because {}", count(change.hosts, "host"), change.after.because)
}

fn hosts_that<'a>(judged: impl Iterator<Item = &'a Comparison>, that: impl Fn(&HostChange) -> bool) -> Vec<String> {
    judged.flat_map(|one| &one.host_changes).filter(|host| that(host)).map(|host| host.instance.clone()).collect()
}

/// `web-1 (mi-...), web-2 (mi-...) and others`.
fn listed(instances: &[String], names: &BTreeMap<String, String>) -> String {
    let named = instances.iter().take(NAMED_MAX).map(|instance| match names.get(instance) {
        Some(name) if !name.is_empty() => format!("{name} ({instance})"),
        _ => instance.clone(),
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    if instances.len() > NAMED_MAX {
        text.push_str(" and others");
    }
    text
}

fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
